import type { Database, Row } from "../database/database.ts";
import type { RecentResults } from "./recent-results.ts";

/** Requests that may wait at once; others are answered without waiting. */
const MAX_WAITERS = 2_000;
/** How often the tasks waited for are looked at, all in one statement: what other processes end is not told. */
const LOOK_MS = 200;

// Plan: one probe of tasks_id_unique for each id.
export const UNFINISHED = {
  name: "unfinished",
  text: "select id from tasks where id = any($1::int[]) and settled_at is null",
};

/** A place in the waiting room. */
export interface Waiting {
  /** Resolves when the task has ended, the time is over, or the waiter was dismissed. */
  readonly over: Promise<void>;
  /** Gives the place back. Idempotent. */
  readonly dismiss: () => void;
}

const NO_WAIT: Waiting = { over: Promise.resolve(), dismiss: () => undefined };

/** Where requests wait for the end of a task. What this process ends is heard of at once, the rest within LOOK_MS. */
export class Waiters {
  readonly #database: Database;
  readonly #results: RecentResults;
  readonly #waiting = new Map<number, Set<() => void>>();
  #count = 0;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(database: Database, results: RecentResults) {
    this.#database = database;
    this.#results = results;
    results.onEnded = (id) => this.ended([id]);
  }

  /** How many wait. */
  get count(): number {
    return this.#count;
  }

  /** Takes a place; ask for the task after that, so that its end cannot fall in between. */
  join(id: number, ms: number): Waiting {
    if (ms <= 0 || this.#stopped || this.#count >= MAX_WAITERS) return NO_WAIT;
    const { promise, resolve } = Promise.withResolvers<void>();
    const room = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, room);
    this.#count += 1;
    const leave = () => {
      if (!room.delete(leave)) return;
      this.#count -= 1;
      if (room.size === 0) this.#waiting.delete(id);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(leave, ms);
    room.add(leave);
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_MS);
    return { over: promise, dismiss: leave };
  }

  /** These tasks have ended. */
  ended(ids: Iterable<number>): void {
    if (this.#count === 0) return;
    for (const id of ids) for (const leave of this.#waiting.get(id) ?? []) leave();
  }

  /** Lets everybody go, and nobody in again. */
  stop(): void {
    this.#stopped = true;
    this.ended([...this.#waiting.keys()]);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const ids = [...this.#waiting.keys()];
    if (ids.length > 0) {
      try {
        const rows = await this.#database.query<Row & { id: number }>(UNFINISHED, [ids]);
        const unfinished = new Set(rows.map(({ id }) => id));
        const ended = ids.filter((id) => !unfinished.has(id));
        // Another process ended them, so what this one remembers of them is out of date.
        for (const id of ended) this.#results.forget(id);
        this.ended(ended);
      } catch {
        // The next look may do better; whoever waits in vain is told so when the time is over.
      }
    }
    const again = this.#waiting.size > 0 && !this.#stopped;
    this.#timer = again ? setTimeout(() => void this.#look(), LOOK_MS) : null;
  }
}
