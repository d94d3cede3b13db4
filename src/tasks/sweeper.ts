import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import { sweep, type Swept } from "./sweep.ts";

const EVERY_MS = 500;

/** Runs the housekeeping round after round until stopped. */
export class Sweeper {
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: {
    readonly database: Database;
    readonly keepSeconds: number;
    readonly logger: Logger;
    readonly onSwept: (swept: Swept) => void;
  }) {
    this.#loop = this.#run(options);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(options: ConstructorParameters<typeof Sweeper>[0]): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        options.onSwept(await sweep(options.database, options.keepSeconds));
      } catch (error) {
        if (!signal.aborted) options.logger.warn({ err: error }, "housekeeping failed; trying again");
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
