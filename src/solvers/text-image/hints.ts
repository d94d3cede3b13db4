/** What the caller says about the text; each is a constraint on the reading, not advice. */
export interface Hints {
  /** Only the digits 0 to 9 occur. */
  readonly numeric: boolean;
  /** The picture shows a sum; the answer is its value. */
  readonly math: boolean;
  /** The answer's case matters. */
  readonly caseSensitive: boolean;
}

export const noHints: Hints = { numeric: false, math: false, caseSensitive: false };

/** The hints among a task's canonical fields; absent ones are off. */
export function hintsOf(fields: Readonly<Record<string, unknown>>): Hints {
  return {
    numeric: fields["numeric"] === 1,
    math: fields["math"] === true,
    caseSensitive: fields["case"] === true,
  };
}

const DIGITS = "0123456789";
const SUM = `${DIGITS}+-×*÷/:xX=?`;

/** One flag per class of the network (class 0 is the blank), or null if every character may occur. */
export function allowedClasses(alphabet: readonly string[], hints: Hints): Uint8Array | null {
  if (!hints.numeric && !hints.math) return null;
  const allowed = hints.math ? SUM : DIGITS;
  return Uint8Array.from([1, ...alphabet.map((character) => (allowed.includes(character) ? 1 : 0))]);
}
