import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Postmaster } from "./postmaster.ts";
import { isAlive } from "./process-identity.ts";

/** How often an adopted postmaster, whose end the kernel does not tell us, is looked at. */
const WATCH_INTERVAL_MS = 250;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
/** A postmaster that lived this long was well: the next restart is immediate again. */
const HEALTHY_AFTER_MS = 10_000;

export interface Revival {
  /** Brings a postmaster up; rejects if that fails. */
  readonly boot: (signal: AbortSignal) => Promise<Postmaster>;
  readonly logger: Logger;
}

/**
 * Watches the postmaster and brings it up again whenever it ends, with growing pauses and without
 * ever giving up: when the disk was full and is not any more, the database comes back by itself.
 */
export class Supervisor {
  readonly #stopping = new AbortController();
  readonly #revival: Revival;
  readonly #loop: Promise<void>;

  constructor(postmaster: Postmaster, revival: Revival) {
    this.#revival = revival;
    this.#loop = this.#watch(postmaster);
  }

  /** Ends the watch; the postmaster is left as it is. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #watch(first: Postmaster): Promise<void> {
    const { signal } = this.#stopping;
    const { logger } = this.#revival;
    let current: Postmaster | null = first;
    let failures = 0;
    while (current !== null) {
      const since = performance.now();
      await untilGone(current, signal);
      if (signal.aborted) return;
      if (performance.now() - since > HEALTHY_AFTER_MS) failures = 0;
      logger.error({ pid: current.process.pid }, "the database process ended unexpectedly; restarting it");
      [current, failures] = await this.#revive(failures);
      if (current !== null) logger.info({ pid: current.process.pid }, "the database is back");
    }
  }

  /** The new postmaster (null when stopped meanwhile) and the number of failures in a row. */
  async #revive(earlierFailures: number): Promise<[Postmaster | null, number]> {
    const { signal } = this.#stopping;
    const { boot, logger } = this.#revival;
    for (let failures = earlierFailures; ; failures += 1) {
      if (failures > 0) await pause(restartDelay(failures), signal);
      if (signal.aborted) return [null, failures];
      try {
        return [await boot(signal), failures + 1];
      } catch (error) {
        if (signal.aborted) return [null, failures];
        // At full length the pause is 5 s: then a line a minute is enough.
        if (failures < 6 || failures % 12 === 0) {
          logger.warn({ failures: failures + 1 }, messageOf(error));
        }
      }
    }
  }
}

/** 100 ms, doubling, up to 5 s. */
export function restartDelay(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10), MAX_DELAY_MS);
}

/** Resolves when the postmaster has ended, or on abort. */
async function untilGone({ process, exited }: Postmaster, signal: AbortSignal): Promise<void> {
  if (exited !== null) {
    const aborted = once(signal, "abort");
    await (signal.aborted ? undefined : Promise.race([exited, aborted]));
    return;
  }
  while (!signal.aborted && (await isAlive(process))) await pause(WATCH_INTERVAL_MS, signal);
}

/** Sleeps; an abort ends it early and quietly. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
