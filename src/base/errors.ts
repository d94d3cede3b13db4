/**
 * A failure the person at the keyboard can act on. The message says what happened, why,
 * and what to do; it is shown without a stack trace.
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** The code of anything thrown: SQLSTATE, or Node's own; empty for none. */
export function codeOf(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "";
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  // One name with several addresses fails with all of their errors and no message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
