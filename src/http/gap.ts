import { setTimeout as delay } from "node:timers/promises";

/** Before each further try. The same for every request, so that nothing can be told from the time it takes. */
const PAUSES_MS = [100, 200, 400, 800, 1_400];
/** For all tries together, one that hangs included: clients give a request up after 15 s at the earliest. */
const PATIENCE_MS = 3_000;

/**
 * Tries again what the database has just failed at.
 * @returns undefined when it stays away
 */
export function throughGap<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  return Promise.race([tries(read), delay(PATIENCE_MS, undefined, { ref: false })]);
}

async function tries<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  for (const pause of PAUSES_MS) {
    await delay(pause);
    try {
      return await read();
    } catch {
      // It was logged when it failed first.
    }
  }
  return undefined;
}
