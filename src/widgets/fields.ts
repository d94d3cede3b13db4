import type { Fields, Token } from "./vendor.ts";

/** Small readers that the rows of the table share. */

/** A field's text, empty when it is absent. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value.trim() : "";
}

/** The site key, whatever the task type calls it. */
export function keyOf(fields: Fields): string {
  return textOf(fields, "websiteKey") || textOf(fields, "gt");
}

/** The solution of the types whose answer is a token, and the User-Agent of the browser that it was given to. */
export function tokenOf({ token, extra }: Token): Readonly<Record<string, unknown>> {
  return withAgent({ token }, extra);
}

export function withAgent(
  solution: Readonly<Record<string, unknown>>,
  extra: Token["extra"],
): Readonly<Record<string, unknown>> {
  const { userAgent } = extra;
  return userAgent ? { ...solution, userAgent } : solution;
}
