import { metadataOf } from "../protocol/kinds.ts";
import { hintsOf } from "../protocol/text-hints.ts";
import type { Asks, TextAsk } from "../protocol/workspace.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A length that a person can still be asked for. */
const LONGEST = 1000;

/** What the caller says about a text. */
export function textHints(type: string, fields: Fields): Omit<TextAsk, "suggestion"> {
  const { characters, math, caseSensitive, minLength, maxLength } = hintsOf(fields, LONGEST);
  const isSum = math || (type !== "ImageToTextTask" && metadataOf(fields).Task === "MathSum");
  const isOpen = isSum || (minLength === 0 && maxLength === Infinity);
  const { comment, phrase } = fields;
  return {
    instruction: typeof comment === "string" ? comment : null,
    length: isOpen ? null : [minLength, Math.min(maxLength, LONGEST)],
    characters: isSum ? "any" : characters,
    case: caseSensitive,
    math: isSum,
    words: phrase === true,
    language: languageOf(fields),
  };
}

/** The language that a task is in, as a code in lower case; null when it does not say. */
export function languageOf({ language }: Fields): string | null {
  return typeof language === "string" ? language.toLowerCase() : null;
}

/** Whether a worker with this language may be asked in that one: `de` covers `de-at`. `SPEAKS` says the same in SQL. */
export function speaks(code: string, language: string): boolean {
  return code === language || code === language.split("-")[0];
}

/** The recogniser's reading as a suggestion, where it has one. */
export function suggestionOf(reading: Fields | null): TextAsk["suggestion"] {
  const { solution, confidence, characters } = reading ?? {};
  const text = (solution as Fields | undefined)?.["text"];
  if (typeof text !== "string" || text === "" || typeof confidence !== "number") return null;
  return { text, confidence, characters: Array.isArray(characters) ? (characters as number[]) : [] };
}

type Turns = Omit<Asks["rotation"], "instruction">;

const DEGREES = { unit: "degrees", steps: null } as const;

/**
 * What is turned, by task. Of the OOCL tasks the first file is the ground on which the others lie; each of those has
 * an angle of its own.
 */
const TURNS: Readonly<Record<string, Turns>> = {
  oocl_rotate_new: { ...DEGREES, pieces: 1 },
  oocl_rotate_double_new: { ...DEGREES, pieces: 2 },
  betpunch_3x3_rotate: { pieces: 9, unit: "steps", steps: 4 },
  baidu: { ...DEGREES, pieces: 1 },
};

export function rotationOf(fields: Fields): Turns {
  return TURNS[metadataOf(fields).Task] ?? { ...DEGREES, pieces: 1 };
}

/** Digits as the list of numbers that bills_audio is answered with. */
export function digitsOf(digits: string): number[] {
  return Array.from(digits, Number);
}
