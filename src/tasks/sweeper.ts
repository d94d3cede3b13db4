import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import { sweep, type Swept } from "./sweep.ts";

const EVERY_MS = 500;

/** Housekeeping that needs no hurry. */
export interface Chore {
  readonly everyMs: number;
  /** @returns how many rows it handled; it is run again in the next round while there are any */
  run(): Promise<number>;
}

export interface SweeperOptions {
  readonly database: Database;
  readonly keepSeconds: number;
  readonly logger: Logger;
  readonly onSwept: (swept: Swept) => void;
  readonly chores?: readonly Chore[];
}

/** Runs the housekeeping round after round until stopped. */
export class Sweeper {
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: SweeperOptions) {
    this.#loop = this.#run(options);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run({ database, keepSeconds, logger, onSwept, chores = [] }: SweeperOptions): Promise<void> {
    const { signal } = this.#stopping;
    const due = new Map(chores.map((chore) => [chore, 0]));
    while (!signal.aborted) {
      let more = false;
      try {
        // Portions in turn: 200,000 tasks to delete take 42 s, in which leases and deadlines cannot wait.
        const swept = await sweep(database, keepSeconds);
        ({ more } = swept);
        onSwept(swept);
        for (const [chore, at] of due) {
          if (at > performance.now() || signal.aborted) continue;
          // One portion a round, so that a long backlog never holds up the deadlines.
          if ((await chore.run()) === 0) due.set(chore, performance.now() + chore.everyMs);
        }
      } catch (error) {
        more = false;
        if (!signal.aborted) logger.warn({ err: error }, "housekeeping failed; trying again");
      }
      if (!more) await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
