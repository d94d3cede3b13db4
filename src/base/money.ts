/**
 * Money is an integer number of micro-dollars (1 dollar = 1,000,000) everywhere inside;
 * dollars exist only on the wire and on the operator's screen. `bigint` in the database,
 * a safe integer in JavaScript: up to 9 billion dollars.
 */
export type Micros = number;

export const MICROS_PER_DOLLAR = 1_000_000;

const DOLLARS = /^([+-]?)(\d{1,9})(?:\.(\d{1,6}))?$/;

/**
 * Reads a decimal dollar amount such as `12.5` exactly, without floating point.
 * @throws RangeError when the text is not a number with at most nine digits before and six after the point.
 */
export function parseDollars(text: string): Micros {
  const match = DOLLARS.exec(text.trim());
  if (match === null) {
    throw new RangeError(
      `"${text}" is not an amount in dollars: write digits with at most six decimals, for example 12.50`,
    );
  }
  const [, sign, whole = "0", fraction = ""] = match;
  const micros = Number(whole) * MICROS_PER_DOLLAR + Number(fraction.padEnd(6, "0"));
  return sign === "-" && micros !== 0 ? -micros : micros;
}

/** The decimal text of an amount, at least two decimals: 1500000 → `1.50`, 30 → `0.00003`. */
export function formatDollars(micros: Micros): string {
  const whole = Math.trunc(Math.abs(micros) / MICROS_PER_DOLLAR);
  const fraction = String(Math.abs(micros) % MICROS_PER_DOLLAR).padStart(6, "0");
  const trimmed = fraction.replace(/0{1,4}$/, "");
  return `${micros < 0 ? "-" : ""}${whole}.${trimmed}`;
}

/** The JSON number the wire shows: the double nearest to the exact decimal. */
export function toDollars(micros: Micros): number {
  return micros / MICROS_PER_DOLLAR;
}
