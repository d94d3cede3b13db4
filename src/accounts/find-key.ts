import { hash } from "node:crypto";
import { OperatorError } from "../base/errors.ts";
import type { Queryable, Row } from "../database/database.ts";

/** Characters of a key that are kept for display. */
export const PREFIX_LENGTH = 6;

export interface FoundKey extends Row {
  readonly id: number;
  readonly prefix: string;
}

/** Among which keys one is looked for. */
export interface Among {
  /** What holds for them: a condition on a row of api_keys as "k". */
  readonly where: string;
  /** What one of them is called in a refusal. */
  readonly called: string;
  /** The command that lists them. */
  readonly list: string;
}

export const LIVE: Among = { where: "k.revoked_at is null", called: "live key", list: "glyphdesk key list" };

/**
 * The one key that an operator names by its first characters, by its number, or in full. What is longer than the stored
 * beginning is the whole key and must be right to its last character: a key revoked by mistake never comes back.
 * The row is locked, so that it is still among them when the caller changes it.
 * @throws OperatorError when there is none or more than one; it never repeats a whole key
 */
export async function findKey(transaction: Queryable, text: string, among: Among): Promise<FoundKey> {
  // The lists show a key with the ellipsis.
  const name = text.replace(/…$/, "");
  const { condition, value, is } = readName(name);
  const keys = await transaction.query<FoundKey>(
    `select k.id, k.prefix from api_keys k where ${among.where} and ${condition} order by k.id for update`,
    [value],
  );
  const [key] = keys;
  if (key === undefined || name === "") {
    throw new OperatorError(`No ${among.called} ${is}. See \`${among.list}\`.`);
  }
  if (keys.length > 1) {
    const numbers = keys.map(({ id }) => numberOf(id)).join(", ");
    throw new OperatorError(
      `${keys.length} keys start with "${name}": ${numbers}. Give the number, as \`${among.list}\` shows it, or the whole key.`,
    );
  }
  return key;
}

/** A key's number as operators read and write it. No key has a colon in it, so none begins like this. */
export function numberOf(id: number): string {
  return `id:${id}`;
}

/** How a name is looked for, and what a refusal says of it. */
function readName(name: string): { condition: string; value: string | number | Buffer; is: string } {
  const number = /^id:(\d{1,15})$/.exec(name)?.[1];
  if (number !== undefined) {
    return { condition: "k.id = $1", value: Number(number), is: `has the number ${name}` };
  }
  if (name.length <= PREFIX_LENGTH) {
    return { condition: "left(k.prefix, length($1)) = $1", value: name, is: `starts with "${name}"` };
  }
  return {
    condition: "k.hash = $1",
    value: digest(name),
    is: `is the one given, which starts with "${name.slice(0, PREFIX_LENGTH)}": more than ${PREFIX_LENGTH} characters are read as the whole key`,
  };
}

/** SHA-256: keys carry 128 random bits, so no slow hash is needed. */
export function digest(key: string): Buffer {
  return hash("sha256", key, "buffer");
}
