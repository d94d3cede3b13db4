import { codeOf } from "../base/errors.ts";

/** What a failed statement says about the database. Codes: PostgreSQL documentation, appendix A. */

/** Class 40: serialisation failure and deadlock; the same statement may be sent again. */
export function isTransient(error: unknown): boolean {
  return codeOf(error).startsWith("40");
}

/**
 * The statement itself is to blame (data exception, constraint violation), not the database.
 * Anything else, lost connections included, means that the database cannot serve at the moment.
 */
export function isStatementFault(error: unknown): boolean {
  return /^(22|23|42)/.test(codeOf(error));
}

/** A unique violation of the named constraint. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return codeOf(error) === "23505" && Reflect.get(error as object, "constraint") === constraint;
}

/** A check violation of the named constraint. */
export function isCheckViolation(error: unknown, constraint: string): boolean {
  return codeOf(error) === "23514" && Reflect.get(error as object, "constraint") === constraint;
}
