/**
 * A failure the person at the keyboard can act on. The message says what happened, why,
 * and what to do; it is shown without a stack trace.
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  // One name with several addresses fails with all of their errors and no message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
