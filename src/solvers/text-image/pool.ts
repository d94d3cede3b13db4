/**
 * A pool of worker threads that take their jobs in batches.
 *
 * Chosen over piscina and tinypool, which hand out one job at a time: here all jobs that wait while the threads are busy
 * go out together, up to `batch` of them and `batchWeight` of work.
 *
 * A batch shares one fate: a job that hangs or kills its thread takes the others with it. So a job that has failed once
 * must go `alone`, or the guilty one and its neighbours would meet again until all have run out of attempts.
 *
 * A member is starting → idle ⇄ busy → gone. Whatever ends a member (an exit, an error, a batch over its time limit)
 * rejects the jobs it held with a `ThreadFault` and puts a new member in its place. A member that ends before it was
 * ready is not replaced until the next job comes, so a broken installation does not spin.
 *
 * Hazard: `terminate()` during an inference aborts the whole process ("terminate called after throwing an instance of
 * 'Napi::Error'", onnxruntime-node 1.30, about one in ten). So a thread is asked to close and ended by force only after
 * a grace: by then it is caught in JavaScript, where force is safe, or in native code that never returns, where it has
 * no effect.
 */
import { Worker } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";

export type ToThread<Job> =
  | { readonly kind: "jobs"; readonly jobs: readonly Job[] }
  | { readonly kind: "close" };
export type FromThread<Result> =
  | { readonly kind: "ready" }
  | { readonly kind: "results"; readonly results: readonly Result[] }
  | { readonly kind: "failed"; readonly message: string };

/** The thread failed, not the job: the same job may be tried again. */
export class ThreadFault extends Error {
  override readonly name = "ThreadFault";
}

export interface PoolOptions {
  /** The module each thread runs. It posts `FromThread` and is sent `ToThread` messages. */
  readonly thread: URL;
  readonly workerData: unknown;
  readonly threads: number;
  /** The most jobs handed to a thread at once. */
  readonly batch: number;
  /** The most that jobs handed out at once weigh together; a heavier one goes by itself. */
  readonly batchWeight: number;
  /** A batch that takes longer counts as hung. */
  readonly timeLimitMs: number;
  /** How long a thread may take to end when asked, before it is ended by force. */
  readonly graceMs: number;
  readonly logger: Logger;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** How much work the job may be, in the unit of `batchWeight`. */
  readonly weight?: number;
  /** Whether it is handed out by itself, because it has failed before. */
  readonly alone?: boolean;
}

interface Entry<Job, Result> {
  readonly job: Job;
  readonly weight: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

interface Member<Job, Result> {
  readonly worker: Worker;
  state: "starting" | "idle" | "busy" | "gone";
  held: readonly Entry<Job, Result>[];
  timer: NodeJS.Timeout | undefined;
  readonly ready: PromiseWithResolvers<void>;
  readonly exited: Promise<void>;
}

/** How long a thread may take to load the model. */
const START_LIMIT_MS = 30_000;

export class ThreadPool<Job, Result> {
  readonly #options: PoolOptions;
  readonly #queue: Entry<Job, Result>[] = [];
  readonly #members = new Set<Member<Job, Result>>();
  /** Threads that were asked to close and have not ended yet. */
  readonly #leaving = new Set<Promise<void>>();
  #stopping: Promise<void> | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Resolves when every thread is ready; rejects if one cannot start. Starting twice is fine. */
  async start(): Promise<void> {
    if (this.#stopping !== null) await this.#stopping;
    this.#fill();
    await Promise.all([...this.#members].map((member) => member.ready.promise));
  }

  /** Starts the threads if need be. Rejects with the signal's reason, a `ThreadFault`, or the thread's own failure. */
  run(job: Job, { signal, weight = 0, alone = false }: RunOptions = {}): Promise<Result> {
    if (this.#stopping !== null) return Promise.reject(new ThreadFault("The recogniser is stopping."));
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const entry: Entry<Job, Result> = { job, weight: alone ? Infinity : weight, resolve, reject };
    const onAbort = (): void => {
      const at = this.#queue.indexOf(entry);
      if (at >= 0) this.#queue.splice(at, 1);
      reject(signal?.reason as Error); // if it is already with a thread, its result is ignored
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#queue.push(entry);
    this.#fill();
    this.#dispatch();
    return promise.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  /** Rejects what waits, lets what is being worked on finish, and ends the threads. Can be started again afterwards. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const entry of this.#queue.splice(0)) entry.reject(new ThreadFault("The recogniser is stopping."));
    for (const member of this.#members) this.#dismiss(member);
    await Promise.all(this.#leaving);
  }

  /** Asks the thread to close once it has done what it is at. */
  #dismiss(member: Member<Job, Result>): void {
    this.#post(member, { kind: "close" });
    const timer = setTimeout(() => void member.worker.terminate(), this.#options.graceMs);
    const left = member.exited.finally(() => {
      clearTimeout(timer);
      this.#leaving.delete(left);
    });
    this.#leaving.add(left);
  }

  #fill(): void {
    while (this.#members.size < this.#options.threads) this.#add();
  }

  #add(): void {
    const worker = new Worker(this.#options.thread, {
      workerData: this.#options.workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
    });
    const exited = Promise.withResolvers<void>();
    const member: Member<Job, Result> = {
      worker,
      state: "starting",
      held: [],
      timer: undefined,
      ready: Promise.withResolvers<void>(),
      exited: exited.promise,
    };
    member.ready.promise.catch(() => undefined); // reported through start() and the jobs; nobody may be waiting here
    this.#members.add(member);
    this.#watch(member, START_LIMIT_MS, "did not become ready");
    worker.on("message", (message: FromThread<Result>) => this.#receive(member, message));
    worker.on("error", (error) => this.#lose(member, messageOf(error)));
    worker.on("exit", (code) => {
      this.#lose(member, `ended with code ${code}`);
      exited.resolve();
    });
  }

  #post(member: Member<Job, Result>, message: ToThread<Job>): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    member.worker.postMessage(message);
  }

  #watch(member: Member<Job, Result>, limitMs: number, complaint: string): void {
    member.timer = setTimeout(() => {
      this.#lose(member, `${complaint} within ${limitMs} ms`);
      this.#dismiss(member);
    }, limitMs);
  }

  #receive(member: Member<Job, Result>, message: FromThread<Result>): void {
    if (member.state === "gone") return;
    clearTimeout(member.timer);
    const held = member.held;
    member.held = [];
    member.state = "idle";
    if (message.kind === "ready") member.ready.resolve();
    else if (message.kind === "failed")
      for (const entry of held) entry.reject(new ThreadFault(message.message));
    else held.forEach((entry, i) => entry.resolve(message.results[i]!));
    this.#dispatch();
  }

  #lose(member: Member<Job, Result>, what: string): void {
    if (member.state === "gone") return;
    const wasReady = member.state !== "starting";
    member.state = "gone";
    clearTimeout(member.timer);
    this.#members.delete(member);
    if (this.#stopping !== null) {
      const fault = new ThreadFault("The recogniser is stopping.");
      for (const entry of member.held) entry.reject(fault);
      member.ready.reject(fault);
      return;
    }
    const fault = new ThreadFault(`A recogniser thread ${what}.`);
    this.#options.logger.warn({ jobs: member.held.length, wasReady }, fault.message);
    for (const entry of member.held) entry.reject(fault);
    member.ready.reject(fault);
    if (wasReady) this.#fill();
    else if (this.#members.size === 0) for (const entry of this.#queue.splice(0)) entry.reject(fault);
  }

  #dispatch(): void {
    const idle = [...this.#members].filter((member) => member.state === "idle");
    for (let free = idle.length; free > 0 && this.#queue.length > 0; free--) {
      const member = idle[idle.length - free]!;
      const share = Math.min(this.#options.batch, Math.ceil(this.#queue.length / free));
      member.held = this.#queue.splice(0, this.#fitting(share));
      member.state = "busy";
      this.#watch(member, this.#options.timeLimitMs, "gave no answer");
      this.#post(member, { kind: "jobs", jobs: member.held.map((entry) => entry.job) });
    }
  }

  /** How many of the first `most` jobs that wait may go out together: one at least. */
  #fitting(most: number): number {
    let weight = this.#queue[0]!.weight;
    let count = 1;
    while (count < most && (weight += this.#queue[count]!.weight) <= this.#options.batchWeight) count++;
    return count;
  }
}
