import { codeOf, messageOf } from "./errors.ts";

/** The part of a structured logger that the code uses; pino satisfies it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LEVELS)[number];

export function isLogLevel(text: string): text is LogLevel {
  return LEVELS.some((level) => level === text);
}

/** What the log shows of an error. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  /** SQLSTATE, or Node's own. */
  readonly code?: string;
  readonly constraint?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const CAUSES = 3;

/**
 * An error as the log may show it. Whatever else hangs on one stays out: node-postgres hangs the connection on it with
 * the key that cancels its statements, PostgreSQL the row and the parameters, which are callers' own.
 * @param causes how many causes follow at most
 */
export function loggedError(error: unknown, causes = CAUSES): LoggedError {
  const message = loggedReason(error);
  if (!(error instanceof Error)) return { name: typeof error, message };
  const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: unknown };
  return {
    name: error.name,
    message,
    ...(typeof code === "string" && { code }),
    ...(typeof constraint === "string" && { constraint }),
    ...(error.stack !== undefined && { stack: `${error.name}: ${message}${framesOf(error)}` }),
    ...(error.cause !== undefined && causes > 0 && { cause: loggedError(error.cause, causes - 1) }),
  };
}

/** The message of anything thrown, without the value that it complains of. */
export function loggedReason(error: unknown): string {
  const message = messageOf(error);
  // A value may hold quotes itself: from the first to the last. Bytes that are no text come as 0x…
  return quotesValue(error, message) ? message.replace(/"[^]*"/, '"…"').replace(/\b0x[^]*/, "…") : message;
}

/** PostgreSQL's data exceptions (class 22) and `JSON.parse` quote what they could not read. */
function quotesValue(error: unknown, message: string): boolean {
  if (error instanceof SyntaxError) return message.endsWith("is not valid JSON");
  return /^22[0-9A-Z]{3}$/.test(codeOf(error));
}

/** The stack below its message, with the line break before it. */
function framesOf({ stack = "", message }: Error): string {
  const start = stack.indexOf(message);
  const frames = start < 0 ? stack : stack.slice(start + message.length);
  const first = frames.search(/\n {4}at /);
  return first < 0 ? "" : frames.slice(first);
}
