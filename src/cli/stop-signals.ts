import type { Logger } from "../base/logger.ts";

const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** Ctrl-C reaches the program twice: from the terminal, and from npm, which passes its own on. */
const ECHO_MS = 2_000;

/** The parts of `process` that this takes, so that tests can stand in for it. */
interface Signalled {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/** Signals that are listened to. */
interface Stop {
  readonly signal: AbortSignal;
  /** From now on they end the process again. */
  readonly release: () => void;
}

/**
 * From now on the first signal only asks for a graceful end, by the abort of what is returned. One that comes within two
 * seconds of it is taken for an echo and ignored; a later one ends the process at once.
 */
export function listenForStop(
  logger: Logger,
  target: Signalled = process,
  now: () => number = () => performance.now(),
): Stop {
  const stop = new AbortController();
  let since = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      since = now();
      logger.info({ signal }, "stopping; another signal, after two seconds or more, ends it at once");
      stop.abort();
    } else if (now() - since >= ECHO_MS) {
      logger.warn(
        { signal },
        "ended at once; an embedded database runs on, and the next start takes it over",
      );
      target.exit(1);
    }
  };
  for (const signal of STOP_SIGNALS) target.on(signal, onSignal);
  return {
    signal: stop.signal,
    release: () => STOP_SIGNALS.forEach((signal) => target.off(signal, onSignal)),
  };
}
