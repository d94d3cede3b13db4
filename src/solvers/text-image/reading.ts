import { beamSearch, type Candidate } from "./beam-search.ts";
import type { Curve, ModelCard } from "./card.ts";
import { characterConfidences, latticeOf, type Lattice, type Scores } from "./ctc.ts";
import { grammarOf } from "./grammar.ts";
import type { Hints } from "../../protocol/text-hints.ts";
import { sumValue } from "./sum.ts";

/** What was read from one picture. */
export interface Reading {
  /** The answer: the text as read, or the value of the sum. */
  readonly text: string;
  /** Calibrated probability that `text` is right, 0 to 1. */
  readonly confidence: number;
  /** The characters in the picture; differs from `text` for sums. */
  readonly seen: string;
  /** How sure the network is of each character of `seen`. */
  readonly characters: readonly number[];
  /** The three likeliest readings, uncalibrated. */
  readonly candidates: readonly Candidate[];
  /** The networks' own probability of `text`, over all looks, before calibration. */
  readonly probability: number;
  /** The same of the likeliest other answer, that there is no text among them; 0 if none was found. */
  readonly rival: number;
}

/** No probability counts as less: that of a rival which the search dropped is not known. */
const LEAST = 1e-9;

/**
 * The weight of the network's word against the caller's. Few pictures with right hints have less than 0.1 `allowed`, hardly any with
 * wrong ones more than 0.001; model/MODEL.md has what other values do.
 */
const HINT_TRUST = 0.01;

/**
 * The weight of sums with their unknown in front (`?=3+4`) against all others. The networks were taught none and take `?=` for `7-`, but
 * of 300 drawn ones the first gives each at least 2e-8 of what it gives that, most 1e-5; of 1,000 other sums less than 3e-10, of 40
 * damaged ones 3e-7 once. Networks that were taught them need 1 here.
 */
const ASKED_FIRST = 1e7;

/** What the search found in one run of the network over a picture. */
export interface Look {
  readonly lattice: Lattice;
  /** Best first; the empty text may be among them. */
  readonly found: readonly Candidate[];
}

/** Searches the network's scores for one picture within the caller's hints. */
export function lookAt(scores: Scores, card: ModelCard, hints: Hints): Look {
  const { characters, math, caseSensitive, minLength, maxLength } = hints;
  const lattice = latticeOf(scores, {
    alphabet: card.alphabet,
    grammar: math
      ? grammarOf(card.alphabet, "sum", 0, Infinity)
      : grammarOf(card.alphabet, characters, minLength, maxLength),
    mergeCase: !caseSensitive && !math,
  });
  const found = beamSearch(lattice);
  if (!math) return { lattice, found };
  const asked = beamSearch({ ...lattice, grammar: grammarOf(card.alphabet, "asked sum", 0, Infinity) });
  const weight = ASKED_FIRST * asked.reduce((sum, { probability }) => sum + probability, 0);
  const both = [...scaled(found, 1 / (1 + weight)), ...scaled(asked, ASKED_FIRST / (1 + weight))];
  return { lattice, found: both.sort((one, other) => other.probability - one.probability) };
}

function scaled(found: readonly Candidate[], factor: number): Candidate[] {
  return found.map(({ text, probability }) => ({ text, probability: probability * factor }));
}

/** Turns the looks at a picture, from one to all of `LOOKS`, into an answer. */
export function readingOf(looks: readonly Look[], card: ModelCard, { math, caseSensitive }: Hints): Reading {
  const all = together(looks);
  const found = all.filter((candidate) => candidate.text !== "");
  const best = (math ? bestSum(found) : likeliest(found)) ?? NOTHING;
  const empty = all.find((candidate) => candidate.text === "")?.probability ?? 0;
  const rival = Math.max(best.rival, empty);
  const curves = caseSensitive ? card.calibration.exact : card.calibration.folded;
  const curve = curves[looks.length - 1]!;
  return {
    text: best.text,
    confidence: best.text === "" ? 0 : calibrate(best.probability, rival, curve) * fit(looks),
    seen: best.seen,
    characters: best.seen === "" ? [] : characterConfidences(clearest(looks, best.seen).lattice, best.seen),
    candidates: found.slice(0, 3),
    probability: best.probability,
    rival,
  };
}

/**
 * How far the hints can be believed, 0 to 1: exactly 1 if they forbid nothing that the network sees, 0.5 if it gives them a probability of
 * HINT_TRUST. The search shares what is forbidden out among what is allowed, so `probability` does not know of it.
 */
function fit(looks: readonly Look[]): number {
  const allowed = looks.reduce((sum, { lattice }) => sum + lattice.allowed, 0) / looks.length;
  return (allowed * (1 + HINT_TRUST)) / (allowed + HINT_TRUST);
}

/** The reading of a single look. */
export function readScores(scores: Scores, card: ModelCard, hints: Hints): Reading {
  return readingOf([lookAt(scores, card, hints)], card, hints);
}

/**
 * What a look gives a text that it did not find, and adds to all others. Without it one look could rule a text out; 0.001 and 0.0001 read
 * about as many pictures, the plain mean of the looks up to one in a hundred less (docs/decisions/0008).
 */
const UNFOUND = 0.01;

/** What several looks found, best first: the probability of a text is the geometric mean over the looks. */
function together(looks: readonly Look[]): readonly Candidate[] {
  if (looks.length === 1) return looks[0]!.found;
  const texts = new Map<string, { text: string; most: number; evidence: number }>();
  for (const { lattice, found } of looks) {
    for (const { text, probability } of found) {
      const key = lattice.mergeCase ? text.toLowerCase() : text;
      const entry = texts.get(key) ?? { text, most: 0, evidence: 0 };
      const clearer = probability > entry.most;
      texts.set(key, {
        text: clearer ? text : entry.text,
        most: clearer ? probability : entry.most,
        evidence: entry.evidence + Math.log(probability / UNFOUND + 1),
      });
    }
  }
  return [...texts.values()]
    .map(({ text, evidence }) => ({ text, probability: UNFOUND * Math.expm1(evidence / looks.length) }))
    .sort((a, b) => b.probability - a.probability);
}

/** The look that found the text with the highest probability. */
function clearest(looks: readonly Look[], text: string): Look {
  const inLook = ({ found }: Look): number => found.find((one) => one.text === text)?.probability ?? 0;
  return looks.reduce((best, look) => (inLook(look) > inLook(best) ? look : best));
}

interface Best {
  readonly text: string;
  readonly seen: string;
  readonly probability: number;
  readonly rival: number;
}

const NOTHING: Best = { text: "", seen: "", probability: 0, rival: 0 };

function likeliest([first, second]: readonly Candidate[]): Best | undefined {
  return first && { ...first, seen: first.text, rival: second?.probability ?? 0 };
}

/**
 * The value with the highest probability over all readings that make it (`3+4` and `3+4=?` count together). A whole
 * equation, or one with brackets, has none, and is its rival.
 */
function bestSum(found: readonly Candidate[]): Best | undefined {
  const values = new Map<string, { seen: string; probability: number }>();
  let equation = 0;
  for (const candidate of found) {
    const value = sumValue(candidate.text);
    if (value === null) {
      equation = Math.max(equation, candidate.probability);
      continue;
    }
    const entry = values.get(value);
    if (entry === undefined) values.set(value, { seen: candidate.text, probability: candidate.probability });
    else entry.probability += candidate.probability;
  }
  const [best, next] = [...values].sort(([, a], [, b]) => b.probability - a.probability);
  return best && { text: best[0], ...best[1], rival: Math.max(equation, next?.[1].probability ?? 0) };
}

/**
 * The probability that an answer is right: sigmoid(scale × ln(p / (1 − p)) + margin × ln(p / rival) + shift). Never quite 0 or 1.
 * @param probability the network's own, p
 * @param rival the network's of the likeliest other answer
 */
export function calibrate(probability: number, rival: number, { scale, margin, shift }: Curve): number {
  const p = Math.min(1 - 1e-6, Math.max(LEAST, probability));
  const evidence = scale * Math.log(p / (1 - p)) + margin * Math.log(p / Math.max(LEAST, rival)) + shift;
  return 1 / (1 + Math.exp(-evidence));
}
