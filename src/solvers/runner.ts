import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import { isStatementFault } from "../database/faults.ts";
import type { PeopleOnline } from "../tasks/admit.ts";
import { claim, type ClaimedTask } from "../tasks/claim.ts";
import type { RecentImages } from "../tasks/recent-images.ts";
import type { Settled, Settlement, Settler } from "../tasks/settle.ts";
import type { Taker } from "../tasks/submit.ts";
import type { SolveContext, Solver, SolverTask } from "./solver.ts";
import { escalate } from "./escalate.ts";
import { verdict, verdictOnFault } from "./verdict.ts";

/** How long a solver may be silent about a task before another takes it. */
export const LEASE_MS = 15_000;
/** The poll that is the truth when every hint was lost. */
const POLL_MS = 1_000;
const RETRY_MS = 250;
/** Left of a lease, when the solver's time is up, for writing down what became of the task. */
const SETTLE_MS = 500;

export interface RunnerOptions {
  readonly solver: Solver;
  readonly lane: string;
  readonly database: Database;
  readonly images: RecentImages;
  readonly settler: Settler;
  readonly logger: Logger;
  /** Who is there for what the solver is unsure of; absent where nobody follows the solver. */
  readonly people?: PeopleOnline;
  /** Name of this process, stored with the leases it takes. */
  readonly node: string;
  /** Told of each finished task, for metrics. */
  readonly onSettled?: (settlement: Settlement, settled: Settled, tookMs: number) => void;
}

/**
 * The claim loop of one automatic solver: keeps as many tasks leased as the solver can work on at once. While its lane
 * is empty it also takes new tasks over directly from the submitter of its process, which saves them the way through
 * the queue.
 */
export class Runner implements Taker {
  readonly lane: string;
  readonly name: string;
  readonly leaseMs = LEASE_MS;
  readonly #options: RunnerOptions;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #hint: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Places promised to tasks that are being written. */
  #reserved = 0;
  /** Whether the last claim found the lane empty and nothing was queued since, as far as is known. */
  #drained = false;
  #loop: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.lane = options.lane;
    this.name = `${options.node}/${options.solver.id}`;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be work: look now. */
  wake(): void {
    this.#drained = false;
    this.#hint.resolve();
  }

  reserve(max: number): number {
    if (!this.#drained || this.#loop === null) return 0;
    const places = Math.max(0, Math.min(max, this.#free()));
    this.#reserved += places;
    return places;
  }

  take(reserved: number, tasks: readonly ClaimedTask[]): void {
    this.#reserved -= reserved;
    for (const task of tasks) this.#track(this.#work(task));
  }

  #free(): number {
    return this.#options.solver.capacity - this.#inFlight.size - this.#reserved;
  }

  /** Stops claiming and waits for the tasks under way; those not done within `graceMs` are aborted and queued again. */
  stop(graceMs = 10_000): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  async #stop(graceMs: number): Promise<void> {
    const grace = new AbortController();
    const force = delay(graceMs, undefined, { signal: grace.signal }).then(
      () => this.#stopping.abort(),
      () => undefined,
    );
    const loop = this.#loop;
    this.#loop = null;
    this.wake();
    await loop;
    const finished = Promise.all(this.#inFlight);
    // A solver that does not heed its signal holds up the end no longer than this; its leases run out by themselves.
    await Promise.race([
      finished,
      delay(graceMs + 2_000, undefined, { signal: grace.signal }).catch(() => undefined),
    ]);
    grace.abort();
    await force;
  }

  async #run(): Promise<void> {
    const { solver, lane, database, images, logger } = this.#options;
    const running = () => this.#loop !== null;
    // The loop's own promise is assigned once this function first yields.
    await Promise.resolve();
    while (running()) {
      this.#hint = Promise.withResolvers();
      const limit = this.#free();
      let claimed = 0;
      try {
        const tasks =
          limit > 0
            ? await claim(database, images, { lane, limit, leasedBy: this.name, leaseMs: LEASE_MS })
            : [];
        claimed = tasks.length;
        this.#drained = limit > 0 && claimed < limit;
        for (const task of tasks) this.#track(this.#work(task));
      } catch (error) {
        logger.warn({ err: error, solver: solver.id }, "cannot claim tasks; trying again");
        await delay(RETRY_MS);
      }
      if (claimed < limit || limit <= 0) await this.#rest();
    }
  }

  #track(work: Promise<void>): void {
    this.#inFlight.add(work);
    void work.finally(() => {
      this.#inFlight.delete(work);
      // Only a full runner left tasks in the queue that a free place can take.
      if (!this.#drained) this.#hint.resolve();
    });
  }

  /** Until a hint, a finished task, or the slow poll. */
  async #rest(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([
      this.#hint.promise,
      delay(POLL_MS, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
  }

  async #work(task: ClaimedTask): Promise<void> {
    const { solver, logger } = this.#options;
    const started = performance.now();
    const until = started + Math.min(LEASE_MS, task.deadlineMs);
    let settlement = await this.#solve(task);
    let replaced = false;
    // At least once: an outcome that came with the end of the lease is still good if nobody else has the task.
    do {
      try {
        const settled = await this.#options.settler.settle(settlement);
        this.#options.onSettled?.(settlement, settled, performance.now() - started);
        return;
      } catch (error) {
        const context = { err: error, solver: solver.id, task: task.key };
        if (isStatementFault(error) && !replaced) {
          logger.error(context, "an answer cannot be stored");
          settlement = verdict(task, solver.id, {
            kind: "unsolvable",
            reason: "Its answer could not be stored.",
          });
          replaced = true;
        } else {
          // The answer is kept while its lease may still hold: a database that restarts costs no work.
          logger.warn(context, "cannot settle a task; trying again");
          await delay(RETRY_MS);
        }
      }
    } while (performance.now() < until);
  }

  async #solve(task: ClaimedTask): Promise<Settlement> {
    const { solver, logger } = this.#options;
    const started = performance.now();
    const shown: SolverTask = {
      type: task.type,
      fields: task.fields,
      image: task.image,
      attempt: task.attempt,
    };
    const leftMs = Math.max(0, Math.min(LEASE_MS, task.deadlineMs) - SETTLE_MS);
    const deadline = Date.now() + leftMs;
    const stopping = this.#stopping.signal;
    let signal: AbortSignal | null = null;
    const context: SolveContext = {
      deadline,
      // Made when asked for: a signal with its timer costs more than the rest of this function.
      get signal() {
        // Neither bound follows from the other: the clock may be set in between.
        const nowLeftMs = Math.max(0, Math.min(leftMs, deadline - Date.now()));
        signal ??= AbortSignal.any([stopping, AbortSignal.timeout(nowLeftMs)]);
        return signal;
      },
    };
    const overdue = Promise.withResolvers<never>();
    // A solver that does not heed its signal loses the task, or its place would be taken for ever.
    const timer = setTimeout(
      () => overdue.reject(new Error(`no answer within ${leftMs} ms`)),
      leftMs + SETTLE_MS / 2,
    );
    try {
      if (!solver.accepts(shown)) {
        return verdict(task, solver.id, {
          kind: "decline",
          reason: `The solver ${solver.id} does not take it.`,
        });
      }
      const outcome = await Promise.race([solver.solve(shown, context), overdue.promise]);
      // What is no JSON must fail here, not in a batch with others' answers.
      if (outcome.kind === "answer") JSON.stringify([outcome.solution, outcome.detail]);
      const { people } = this.#options;
      const usedMs = performance.now() - started;
      if (people === undefined) return verdict(task, solver.id, outcome);
      const settlement = escalate(task, solver.id, outcome, people, task.deadlineMs - usedMs);
      return settlement instanceof Promise ? await settlement : settlement;
    } catch (error) {
      logger.error({ err: error, solver: solver.id, task: task.key }, "a solver failed");
      return verdictOnFault(task, solver.id);
    } finally {
      clearTimeout(timer);
    }
  }
}
