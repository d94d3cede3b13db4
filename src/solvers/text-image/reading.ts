import type { Calibration, ModelCard } from "./card.ts";
import { beamSearch, characterConfidences, latticeOf, type Candidate, type Scores } from "./ctc.ts";
import { grammarOf } from "./grammar.ts";
import type { Hints } from "./hints.ts";
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
  /** The network's own probability of `text`, before calibration. */
  readonly probability: number;
}

/** Turns the network's scores for one picture into an answer, within the caller's hints. */
export function readScores(scores: Scores, card: ModelCard, hints: Hints): Reading {
  const { characters, math, caseSensitive, minLength, maxLength } = hints;
  const lattice = latticeOf(scores, {
    alphabet: card.alphabet,
    grammar: math
      ? grammarOf(card.alphabet, "sum", 0, Infinity)
      : grammarOf(card.alphabet, characters, minLength, maxLength),
    mergeCase: !caseSensitive && !math,
  });
  const found = beamSearch(lattice).filter((candidate) => candidate.text !== "");
  const best = (math ? bestSum(found) : likeliest(found)) ?? NOTHING;
  const curve = caseSensitive ? card.calibration.exact : card.calibration.folded;
  return {
    text: best.text,
    confidence: best.text === "" ? 0 : calibrate(best.probability, curve),
    seen: best.seen,
    characters: best.seen === "" ? [] : characterConfidences(lattice, best.seen),
    candidates: found.slice(0, 3),
    probability: best.probability,
  };
}

interface Best {
  readonly text: string;
  readonly seen: string;
  readonly probability: number;
}

const NOTHING: Best = { text: "", seen: "", probability: 0 };

function likeliest([first]: readonly Candidate[]): Best | undefined {
  return first && { text: first.text, seen: first.text, probability: first.probability };
}

/** The value with the highest probability over all readings that make it (`3+4` and `3+4=?` count together). */
function bestSum(found: readonly Candidate[]): Best | undefined {
  const values = new Map<string, { seen: string; probability: number }>();
  for (const candidate of found) {
    const value = sumValue(candidate.text);
    if (value === null) continue;
    const entry = values.get(value);
    if (entry === undefined) values.set(value, { seen: candidate.text, probability: candidate.probability });
    else entry.probability += candidate.probability;
  }
  const best = [...values].sort(([, a], [, b]) => b.probability - a.probability)[0];
  return best === undefined ? undefined : { text: best[0], ...best[1] };
}

/** See `Calibration`. Never quite 0 or 1. */
export function calibrate(probability: number, curve: Calibration["folded"]): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-9, probability));
  const logit = Math.log(p / (1 - p));
  return 1 / (1 + Math.exp(-(curve.scale * logit + curve.shift)));
}
