import type { Hints } from "../../protocol/text-hints.ts";
import { MOST_DIGITS as NUMBER } from "./sum.ts";

/**
 * What a reading may look like, as a finite automaton over kinds of characters. The search in beam-search.ts walks it character by
 * character, so a reading that breaks it never arises: hints restrict the search instead of sorting out its results.
 */
export interface Grammar {
  /** The kind of each class of the network, -1 for a character that cannot occur. Class 0, the blank, has none. */
  readonly kinds: Int8Array;
  /** `next[state][kind]` is the state after a character of that kind, -1 if none can follow. State 0 is the start. */
  readonly next: readonly (readonly number[])[];
  /** Whether a reading may end in the state. */
  readonly ends: readonly boolean[];
}

/** Which characters a reading consists of; `sum`: a sum such as `3+4=?`; `asked sum`: one such as `?=3+4`. */
export type Characters = Hints["characters"] | "sum" | "asked sum";

interface Table {
  /** What the characters of each kind look like. */
  readonly kinds: readonly RegExp[];
  readonly next: readonly (readonly number[])[];
  /** The states that a reading may end in. */
  readonly ends: readonly number[];
}

const DIGIT = /[0-9]/;
const LETTER = /\p{L}/u;

const TABLES: Readonly<Record<Characters, Table>> = {
  any: { kinds: [/^/], next: [[0]], ends: [0] },
  digits: { kinds: [DIGIT], next: [[0]], ends: [0] },
  letters: { kinds: [LETTER], next: [[0]], ends: [0] },
  "digits or letters": {
    kinds: [DIGIT, LETTER],
    next: [
      [1, 2],
      [1, -1],
      [-1, 2],
    ],
    ends: [1, 2],
  },
  "digits and letters": {
    kinds: [DIGIT, LETTER],
    next: [
      [1, 2],
      [1, 3],
      [3, 2],
      [3, 3],
    ],
    ends: [3],
  },
  sum: sumTable(),
  "asked sum": askedSumTable(),
};

/**
 * What this table lets through has a value (sum.ts), except for whole equations and whatever has a bracket: they are let
 * through to be told from sums, or `3+4=7` would be found to be `3+4-7`, and `(3+4)×2` to be `3+41×2`.
 */
function sumTable(): Table {
  const kinds = [/0/, /[1-9]/, /-/, /\+/, /[×xX*]/, /[÷/:]/, /=/, /\?/, /[()]/];
  // The states, each number taking one for each of its digits: start, sign, first number, operator, ÷, later number, =, ?, result,
  // a bracket somewhere
  const [sign, first, operator, divided, later] = [1, 2, 2 + NUMBER, 3 + NUMBER, 4 + NUMBER];
  const [equals, asked] = [later + NUMBER, later + NUMBER + 1];
  const [result, bracket] = [asked + 1, asked + 2];
  const next: number[][] = [
    [first, first, sign, -1, -1, -1, -1, -1],
    [first, first, -1, -1, -1, -1, -1, -1],
  ];
  for (const from of [first, later]) {
    const close = from === later ? [equals, asked] : [-1, -1];
    for (let i = 0; i < NUMBER; i++) {
      const digit = i + 1 < NUMBER ? from + i + 1 : -1;
      next[from + i] = [digit, digit, operator, operator, operator, divided, ...close];
    }
  }
  next[operator] = [later, later, -1, -1, -1, -1, -1, -1];
  // Nothing is divided by 0, nor by a number that begins with it.
  next[divided] = [-1, later, -1, -1, -1, -1, -1, -1];
  next[equals] = [result, result, -1, -1, -1, -1, -1, asked];
  next[asked] = kinds.map(() => -1);
  next[result] = [result, result, -1, -1, -1, -1, -1, -1];
  for (const row of next) row[kinds.length - 1] = bracket;
  next[bracket] = kinds.map(() => bracket);
  const numbers = Array.from({ length: NUMBER }, (_, i) => later + i);
  return { kinds, next, ends: [...numbers, equals, asked, result, bracket] };
}

/** The same after `?=`. */
function askedSumTable(): Table {
  const { kinds, next, ends } = sumTable();
  const [start = [], ...rest] = next;
  const [asked, equals] = [next.length, next.length + 1];
  const only = (character: string, to: number) => kinds.map((kind) => (kind.test(character) ? to : -1));
  return { kinds, next: [only("?", asked), ...rest, only("=", equals), start], ends };
}

/** The grammar of readings made of such characters, `minLength` to `maxLength` of them (0 and Infinity: any number). */
export function grammarOf(
  alphabet: readonly string[],
  characters: Characters,
  minLength: number,
  maxLength: number,
): Grammar {
  const { kinds, next, ends } = TABLES[characters];
  const kindOf = (character: string): number => kinds.findIndex((kind) => kind.test(character));
  const grammar = {
    kinds: Int8Array.from([-1, ...alphabet.map(kindOf)]),
    next,
    ends: next.map((_, state) => ends.includes(state)),
  };
  return minLength > 0 || maxLength < Infinity ? withLength(grammar, minLength, maxLength) : grammar;
}

/** The same grammar with the characters counted: state s after n characters becomes state n × states + s. */
function withLength({ kinds, next, ends }: Grammar, minLength: number, maxLength: number): Grammar {
  const states = next.length;
  const last = maxLength < Infinity ? maxLength : minLength;
  const counts = Array.from({ length: last + 1 }, (_, n) => n);
  // Without an upper bound the last count stands for "at least that many".
  const after = (n: number): number => (n < last ? n + 1 : maxLength < Infinity ? -1 : last);
  return {
    kinds,
    next: counts.flatMap((n) =>
      next.map((row) => row.map((to) => (to < 0 || after(n) < 0 ? -1 : after(n) * states + to))),
    ),
    ends: counts.flatMap((n) => ends.map((end) => end && n >= minLength)),
  };
}
