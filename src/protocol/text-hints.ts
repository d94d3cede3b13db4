/** What the caller says about the text in a picture; each is a constraint on the reading, not advice. */
export interface Hints {
  readonly characters:
    | "any"
    | "digits"
    | "letters"
    /** All digits or all letters. */
    | "digits or letters"
    /** Both occur. */
    | "digits and letters";
  /** The picture shows a sum; the answer is its value. The hints about characters and length do not count then. */
  readonly math: boolean;
  /** The answer's case matters. */
  readonly caseSensitive: boolean;
  /** 0 if unknown. */
  readonly minLength: number;
  /** Infinity if unknown. */
  readonly maxLength: number;
}

export const noHints: Hints = {
  characters: "any",
  math: false,
  caseSensitive: false,
  minLength: 0,
  maxLength: Infinity,
};

/** The recogniser does not read longer texts as one line: a bound beyond this says nothing to it. */
export const LONGEST_LINE = 20;

/** What `numeric` says: 0 and 1 in CapMonster's protocol, 2 to 4 as other services use it. */
const BY_NUMERIC = ["any", "digits", "letters", "digits or letters", "digits and letters"] as const;

/** Modules that say what is in the picture, such as `digits`, `letters-only`, `digits-4`, `length-5-6`. */
const MODULE = /^(digits|letters|length)(?:[-_]only)?(?:[-_](\d{1,2})(?:[-_](\d{1,2}))?)?$/;

/**
 * The hints among a task's canonical fields, the same for the recogniser and for people. Absent ones are off, and modules
 * with other names change nothing. @param longest a length beyond it says nothing
 */
export function hintsOf(fields: Readonly<Record<string, unknown>>, longest = LONGEST_LINE): Hints {
  const { capMonsterModule: module } = fields;
  const name = typeof module === "string" ? module.toLowerCase() : "";
  const [, kind, from, to = from] = MODULE.exec(name) ?? [];
  const byModule = kind === "digits" || kind === "letters" ? kind : undefined;
  const bounds = [Number(from ?? fields["minLength"] ?? 0), Number(to ?? fields["maxLength"] ?? 0)] as const;
  const [least, most] = from === undefined ? bounds : [Math.min(...bounds), Math.max(...bounds)];
  return {
    characters: byModule ?? BY_NUMERIC[Number(fields["numeric"] ?? 0)] ?? "any",
    math: fields["math"] === true || name === "captcha_math",
    caseSensitive: fields["case"] === true,
    ...lengths(least, most, longest),
  };
}

/** Bounds that say nothing are dropped, and a lower one that is above the upper one. */
export function lengths(
  min: number,
  max: number,
  longest = LONGEST_LINE,
): Pick<Hints, "minLength" | "maxLength"> {
  const maxLength = max >= 1 && max <= longest ? Math.floor(max) : Infinity;
  const minLength = min >= 1 && min <= Math.min(longest, maxLength) ? Math.floor(min) : 0;
  return { minLength, maxLength };
}
