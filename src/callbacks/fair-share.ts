import { EventEmitter } from "node:events";
import type { WorkerEvents } from "graphile-worker";

/** Deliveries under way at once in this process. */
export const CONCURRENCY = 16;
/** Of those, how many may go to one host or belong to one account, so that a slow receiver leaves room for others. */
const SHARES = [
  { prefix: "host:", most: 6 },
  { prefix: "account:", most: 12 },
] as const;

/**
 * Bounds the deliveries under way for each flag (`host:…`, `account:…`) by graphile-worker's own means: jobs with a
 * flag that `forbiddenFlags` names are passed over, and stay in the queue for when there is room.
 *
 * One fetch at a time: the count has to know what the fetch before took. A fetch ends with exactly one of three events.
 */
export class FairShare {
  readonly events: WorkerEvents = new EventEmitter();
  readonly #underWay = new Map<string, number>();
  #last: Promise<void> = Promise.resolve();
  #fetched: () => void = () => undefined;

  constructor() {
    this.events.on("job:start", ({ job }) => {
      this.#count(job.flags, 1);
      this.#fetched();
    });
    this.events.on("worker:getJob:empty", () => this.#fetched());
    this.events.on("worker:getJob:error", () => this.#fetched());
    this.events.on("job:complete", ({ job }) => this.#count(job.flags, -1));
  }

  /** Waits for the fetch under way, then answers the flags without room. */
  readonly forbiddenFlags = async (): Promise<string[]> => {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    this.#fetched = resolve;
    return [...this.#underWay].filter(([flag, count]) => isFull(flag, count)).map(([flag]) => flag);
  };

  #count(flags: Readonly<Record<string, true>> | null, change: 1 | -1): void {
    for (const flag of Object.keys(flags ?? {})) {
      const count = (this.#underWay.get(flag) ?? 0) + change;
      if (count > 0) this.#underWay.set(flag, count);
      else this.#underWay.delete(flag);
    }
  }
}

function isFull(flag: string, count: number): boolean {
  return SHARES.some(({ prefix, most }) => flag.startsWith(prefix) && count >= most);
}
