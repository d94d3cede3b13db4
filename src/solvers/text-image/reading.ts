import type { Calibration, ModelCard } from "./card.ts";
import { beamSearch, characterConfidences, type Candidate, type DecodeOptions, type Scores } from "./ctc.ts";
import { allowedClasses, type Hints } from "./hints.ts";
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
  const options: DecodeOptions = {
    alphabet: card.alphabet,
    allowed: allowedClasses(card.alphabet, hints),
    mergeCase: !hints.caseSensitive && !hints.numeric && !hints.math,
  };
  const found = beamSearch(scores, options).filter((candidate) => candidate.text !== "");
  const best = (hints.math ? bestSum(found) : undefined) ?? plain(found, hints.math);
  const curve = hints.caseSensitive ? card.calibration.exact : card.calibration.folded;
  return {
    text: best.text,
    confidence: best.text === "" ? 0 : calibrate(best.probability, curve),
    seen: best.seen,
    characters: best.seen === "" ? [] : characterConfidences(scores, options, best.seen),
    candidates: found.slice(0, 3),
    probability: best.probability,
  };
}

interface Best {
  readonly text: string;
  readonly seen: string;
  readonly probability: number;
}

/** The likeliest reading as it is. Where a sum was promised but none can be made out, it is worth next to nothing. */
function plain(found: readonly Candidate[], missedSum: boolean): Best {
  const first = found[0] ?? { text: "", probability: 0 };
  return { text: first.text, seen: first.text, probability: first.probability * (missedSum ? 0.05 : 1) };
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
