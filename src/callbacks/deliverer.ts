import { setTimeout as delay } from "node:timers/promises";
import type { JobHelpers, Runner } from "graphile-worker";
import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import { forwardTo, JOBS_SCHEMA, openJobsPool } from "../database/jobs.ts";
import type { PoolOptions } from "../database/pool.ts";
import type { TaskView } from "../tasks/read.ts";
import { DELIVER_JOB } from "../tasks/schedule-callbacks.ts";
import type { AddressGuard } from "../outbound/address-guard.ts";
import { findDelivery, pruneDeliveries, recordTry } from "./deliveries.ts";
import { CONCURRENCY, FairShare } from "./fair-share.ts";
import { post, wasAccepted, type Payload, type Try } from "./post.ts";
import { signatureHeaders } from "./sign.ts";

/** The last of nine tries is 80 minutes after the first: graphile-worker waits e^n seconds after the n-th. */
export const TRIES = 9;
/** How long a job may be locked before its process is taken for dead; a try takes 2 s. graphile-worker waits 4 h. */
const DEAD_AFTER_S = 30;
const HOUSEKEEPING_MS = 10_000;
/** The poll that finds retries that have become due; new jobs are notified. */
const POLL_MS = 5_000;
const RESTART_MS = 1_000;
/** How long a runner may take to end: longer than a try. */
const END_MS = 4_000;

export interface DelivererOptions {
  readonly connection: PoolOptions["connection"];
  readonly database: Database;
  readonly guard: AddressGuard;
  readonly logger: Logger;
  /** Whether no other process works on the database, so that whatever is locked at the start is left from a dead one. */
  readonly alone: boolean;
  /** What is posted for a task. */
  readonly render: (task: TaskView, url: string) => Payload;
  /** Told of each try, for metrics. */
  readonly onTry?: (accepted: boolean, made: Try) => void;
}

/** Delivers callbacks at least once: one graphile-worker job for each delivery, retried until accepted or given up. */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #stopping = new AbortController();
  readonly #work: Promise<unknown>;
  #runner: Runner | null = null;
  /** Name under which the newest runner locks jobs. When it breaks off, those that it could not finish stay locked. */
  #lastPool: string | null = null;

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#work = Promise.all([this.#run(), this.#keepHouse()]);
  }

  /** Takes no further jobs and waits for the tries under way: 2 s at most. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // The runner tells its end to #run, which waits for it, but not for ever.
    this.#runner?.stop().catch(() => undefined);
    await this.#work;
  }

  /**
   * Keeps a runner running: it ends itself when the database goes away at the wrong moment (see `#start`). One that does
   * not come to its end in time is left behind with its connections.
   */
  async #run(): Promise<void> {
    const { connection, database, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pool = openJobsPool(connection, logger);
      let end: NodeJS.Timeout | undefined;
      try {
        if (this.#lastPool !== null) await unlock(database, this.#lastPool);
        const ending = Promise.withResolvers<void>();
        this.#runner = await this.#start(pool, () => (end = setTimeout(ending.resolve, END_MS)));
        if (signal.aborted) await this.#runner.stop();
        await Promise.race([this.#runner.promise, ending.promise]);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "the callback runner broke off; starting it again");
      }
      clearTimeout(end);
      this.#runner = null;
      // Waits for lent connections, which a runner that was left behind may never give back.
      await Promise.race([pool.end(), delay(RESTART_MS, undefined, { ref: false })]);
      await delay(RESTART_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #start(pgPool: ReturnType<typeof openJobsPool>, onEnding: () => void): Promise<Runner> {
    const { Logger: GraphileLogger, run } = await import("graphile-worker");
    const share = new FairShare();
    share.events.on("pool:gracefulShutdown", onEnding);
    share.events.on("pool:create", ({ workerPool }) => (this.#lastPool = workerPool.id));
    return run({
      pgPool,
      noHandleSignals: true,
      forbiddenFlags: share.forbiddenFlags,
      taskList: { [DELIVER_JOB]: (payload, helpers) => this.#deliver(payload, helpers) },
      parsedCronItems: [],
      preset: {
        worker: {
          schema: JOBS_SCHEMA,
          concurrentJobs: CONCURRENCY,
          pollInterval: POLL_MS,
          events: share.events,
          logger: new GraphileLogger(forwardTo(this.#options.logger)),
          // Without batches 0.18 leaves these promises to themselves: a database that is away while a job ends would be
          // an unhandled rejection and end the process. With them the runner stops, and #run starts another.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
  }

  async #deliver(payload: unknown, { job }: JobHelpers): Promise<void> {
    const { database, guard, render, onTry } = this.#options;
    const id = (payload as { readonly delivery: string }).delivery;
    const delivery = await findDelivery(database, id);
    // No longer kept, or this is the job of a process that died between the answer and the end of the job.
    if (delivery === null || delivery.state === "delivered") return;
    const posted = render(delivery.answer, delivery.url);
    const headers = signatureHeaders(delivery.secret, id, Math.floor(Date.now() / 1000), posted.body);
    const made = await post(guard, new URL(delivery.url), headers, posted);
    const accepted = wasAccepted(made);
    const last = job.attempts >= TRIES;
    await recordTry(database, id, made, last);
    onTry?.(accepted, made);
    // A rejection is how graphile-worker is told to try again; after the last try the log says the rest.
    if (!accepted && !last) throw new Error(`status ${made.status ?? "none"}: ${made.error ?? "not 2xx"}`);
  }

  async #keepHouse(): Promise<void> {
    const { database, logger, alone } = this.#options;
    const { signal } = this.#stopping;
    let deadAfter = alone ? 0 : DEAD_AFTER_S;
    while (!signal.aborted) {
      try {
        await unlockDead(database, deadAfter);
        deadAfter = DEAD_AFTER_S;
        while ((await pruneDeliveries(database)) > 0) if (signal.aborted) break;
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "housekeeping of callbacks failed; trying again");
      }
      await delay(HOUSEKEEPING_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Gives back the jobs of one runner, which has ended. */
async function unlock(database: Database, runner: string): Promise<void> {
  await database.query("select graphile_worker.force_unlock_workers(array[$1::text])", [runner]);
}

/** Gives back the jobs of processes that died. A live one that was only slow may deliver twice, under one id. */
async function unlockDead(database: Database, afterSeconds: number): Promise<void> {
  await database.query(
    `select graphile_worker.force_unlock_workers(array_agg(distinct locked_by)) from graphile_worker.jobs
     where locked_at <= now() - $1 * interval '1 s' and task_identifier = $2 having count(*) > 0`,
    [afterSeconds, DELIVER_JOB],
  );
}
