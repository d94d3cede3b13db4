import { OperatorError } from "../../base/errors.ts";
import { TASK_TYPES } from "./catalogue.ts";

/** What a price may be set for: a type by its title, or all types that share a name. */
const NAMES: readonly string[] = [...new Set(TASK_TYPES.flatMap(({ name, title }) => [name, title]))];
const KNOWN: ReadonlySet<string> = new Set(NAMES.map((name) => name.toLowerCase()));

/**
 * A misspelt name would leave the built-in price in force without a word.
 * @param prices by name in lower case
 * @throws OperatorError naming every name that the catalogue has not, each with the nearest that it has
 */
export function checkPriceNames(prices: ReadonlyMap<string, unknown>): void {
  const faults = [...prices.keys()]
    .filter((name) => !KNOWN.has(name))
    .map((name) => `"${name}" is no task type.${suggestion(name)}`);
  if (faults.length === 0) return;
  throw new OperatorError(
    `GLYPHDESK_PRICES (--prices) is not usable.\n${faults.join("\n")}\ndocs/task-types.md lists all of them.`,
  );
}

/** The type that a client's other name stands for, or a name that is written much alike: less than half is another. */
function suggestion(name: string): string {
  const alias = TASK_TYPES.find(({ aliases }) => aliases?.some((other) => other.toLowerCase() === name));
  const [nearest] = NAMES.map((known) => ({ known, far: distance(name, known.toLowerCase()) / known.length }))
    .filter(({ far }) => far < 0.5)
    .toSorted((one, other) => one.far - other.far);
  const meant = alias?.title ?? nearest?.known;
  return meant === undefined ? "" : ` Did you mean ${meant}?`;
}

/** Characters to insert, delete or replace to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
