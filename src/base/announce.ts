import type { Logger } from "./logger.ts";

const FIRST_MS = 5_000;

/**
 * Says in the log what is being waited for when it takes long: after 5 s, and each time after twice as long.
 * @param what completes the sentence "still waiting for …"
 */
export async function announced<Result>(
  logger: Logger,
  what: string,
  work: Promise<Result>,
): Promise<Result> {
  let seconds = 0;
  let pause = FIRST_MS;
  const say = (): void => {
    seconds += pause / 1000;
    logger.warn({ seconds }, `still waiting for ${what}`);
    pause = seconds * 1000;
    timer = setTimeout(say, pause).unref();
  };
  let timer = setTimeout(say, pause).unref();
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
