/** What the network says of a picture frame by frame (CTC), as the search uses it: within a grammar, either case as one reading. */
import type { Grammar } from "./grammar.ts";

/** Log probabilities of one picture: `frames` rows of `classes` values; class 0 is the blank. */
export interface Scores {
  readonly data: Float32Array;
  readonly frames: number;
  readonly classes: number;
}

export interface DecodeOptions {
  readonly alphabet: readonly string[];
  readonly grammar: Grammar;
  /** Counts `a` and `A` as the same reading; the text keeps the likelier case of each letter. */
  readonly mergeCase: boolean;
}

/** The scores as the search uses them: probabilities, forbidden characters removed, cases merged. */
export interface Lattice extends DecodeOptions {
  readonly frames: number;
  readonly classes: number;
  /** Probability of each class in each frame; with merged case, all of it at one class of the two. */
  readonly mass: Float64Array;
  /** The likelier of the classes merged in one, for each class and frame. */
  readonly variant: Uint16Array;
  /** For each class the one that it is merged into. */
  readonly foldTo: Int32Array;
  /** Probability that no forbidden character stands in the picture, before those were removed; 1 if none is forbidden. */
  readonly allowed: number;
}

/** Keeps what the network thinks impossible possible. 20 such characters and 100 frames of 0.1 are still above 1e-308. */
const FLOOR = 1e-9;

/**
 * The share of forbidden characters goes to the allowed ones in proportion, not to the blank: where the network sees some
 * character, a constrained reading must have one too (an O read as 0 if digits only). What is lost so is `allowed`: without it
 * nothing shows later that the reading may be made of what the network never saw.
 */
export function latticeOf(scores: Scores, options: DecodeOptions): Lattice {
  const { data, frames, classes } = scores;
  const { kinds } = options.grammar;
  const foldTo = foldClasses(options.alphabet, options.mergeCase);
  const mass = new Float64Array(frames * classes);
  const variant = new Uint16Array(frames * classes);
  const row = new Float64Array(classes);
  let allowed = 1;
  for (let t = 0; t < frames; t++) {
    const at = t * classes;
    const blank = Math.exp(data[at]!);
    let kept = 0;
    let dropped = 0;
    for (let c = 1; c < classes; c++) {
      row[c] = Math.exp(data[at + c]!);
      if (kinds[c]! >= 0) kept += row[c]!;
      else dropped += row[c]!;
    }
    const factor = kept === 0 ? 1 : (kept + dropped) / kept;
    allowed *= (blank + kept) / (blank + kept + dropped);
    mass[at] = Math.max(FLOOR, blank);
    for (let c = 1; c < classes; c++) {
      if (kinds[c]! < 0) continue;
      const to = at + foldTo[c]!;
      if (mass[to] === 0 || row[c]! > row[variant[to]!]!) variant[to] = c;
      mass[to]! += Math.max(FLOOR, row[c]! * factor);
    }
  }
  return { ...options, frames, classes, mass, variant, foldTo, allowed };
}

/** For each class the class it is counted as: capitals as their small letter if case is merged. */
function foldClasses(alphabet: readonly string[], mergeCase: boolean): Int32Array {
  const place = new Map(alphabet.map((character, i) => [character, i + 1]));
  const own = (character: string, i: number): number =>
    (mergeCase ? place.get(character.toLowerCase()) : undefined) ?? i + 1;
  return Int32Array.from([0, ...alphabet.map(own)]);
}

/** How sure the network is of each character of `text`: its highest probability over the frames of the best alignment. */
export function characterConfidences(lattice: Lattice, text: string): number[] {
  const { frames, classes, mass, alphabet, foldTo } = lattice;
  const symbols = Array.from(text, (character) => foldTo[alphabet.indexOf(character) + 1]!);
  // States: blank, first character, blank, second character, …, blank.
  const states = [0, ...symbols.flatMap((symbol) => [symbol, 0])];
  const log = (t: number, c: number): number => Math.log(mass[t * classes + c]! + 1e-30);
  let cost = states.map((state, s) => (s < 2 ? log(0, state) : -Infinity));
  const back: Int32Array[] = [];
  for (let t = 1; t < frames; t++) {
    const from = new Int32Array(states.length);
    cost = states.map((state, s) => {
      let source = s;
      if (s > 0 && cost[s - 1]! > cost[source]!) source = s - 1;
      if (s > 1 && state !== 0 && state !== states[s - 2] && cost[s - 2]! > cost[source]!) source = s - 2;
      from[s] = source;
      return cost[source]! + log(t, state);
    });
    back.push(from);
  }
  const out = symbols.map(() => 0);
  let state = states.length - 1;
  if (state > 0 && cost[state - 1]! > cost[state]!) state--;
  for (let t = frames - 1; t >= 0; t--) {
    const place = (state - 1) / 2;
    if (state % 2 === 1) out[place] = Math.max(out[place]!, mass[t * classes + states[state]!]!);
    if (t > 0) state = back[t - 1]![state]!;
  }
  return out.map((value) => Math.min(1, value));
}
