import { loggedReason, type Logger } from "../base/logger.ts";

const METHODS = ["error", "warn", "trace"] as const;

/**
 * From now on what libraries print on stderr past the desk's logger becomes lines of it: graphile-worker's loss of a worker
 * does. Errors among it only with their message: their other properties may be callers' own.
 */
export function logConsole(logger: Logger, target: Pick<Console, (typeof METHODS)[number]> = console): void {
  const log = (...parts: unknown[]) =>
    logger.warn({ reason: parts.map(loggedReason).join(" ") }, "a library reports trouble");
  for (const method of METHODS) target[method] = log;
}
