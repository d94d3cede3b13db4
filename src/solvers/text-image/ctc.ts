/** CTC decoding by prefix beam search, with constraints, and with letters of either case counted as one reading. */

/** Log probabilities of one picture: `frames` rows of `classes` values; class 0 is the blank. */
export interface Scores {
  readonly data: Float32Array;
  readonly frames: number;
  readonly classes: number;
}

export interface Candidate {
  readonly text: string;
  /** Sum over all alignments kept in the beam, 0 to 1. */
  readonly probability: number;
}

interface Prefix {
  readonly key: string;
  readonly text: string;
  /** The last character's class, folded if case is merged; -1 at the start. */
  readonly last: number;
  /** Probability of all alignments that end in a blank. */
  blank: number;
  /** … and of those that end in the last character. */
  symbol: number;
}

export interface DecodeOptions {
  readonly alphabet: readonly string[];
  /** One flag per class; null allows all. */
  readonly allowed: Uint8Array | null;
  /** Counts `a` and `A` as the same reading; the text keeps the likelier case of each letter. */
  readonly mergeCase: boolean;
  readonly width?: number;
}

/** Characters below this probability in a frame are not followed, except the likeliest one. */
const PRUNE = 1e-4;

/**
 * Probabilities with forbidden classes removed. Their share goes to the allowed characters in proportion, not to the
 * blank: where the network sees some character, a constrained reading must have one too (an O read as 0 if digits only).
 */
export function constrain(scores: Scores, allowed: Uint8Array | null): Float32Array {
  const { data, frames, classes } = scores;
  const out = new Float32Array(frames * classes);
  for (let t = 0; t < frames; t++) {
    const row = t * classes;
    let kept = 0;
    let dropped = 0;
    for (let c = 0; c < classes; c++) {
      const p = Math.exp(data[row + c]!);
      if (allowed === null || allowed[c] === 1) {
        out[row + c] = p;
        if (c > 0) kept += p;
      } else dropped += p;
    }
    if (dropped === 0 || kept === 0) continue;
    const factor = (kept + dropped) / kept;
    for (let c = 1; c < classes; c++) out[row + c] = out[row + c]! * factor;
  }
  return out;
}

/** The likeliest readings, best first, the empty one among them. */
export function beamSearch(scores: Scores, options: DecodeOptions): Candidate[] {
  const { frames, classes } = scores;
  const width = options.width ?? 12;
  const probabilities = constrain(scores, options.allowed);
  const foldTo = foldClasses(options.alphabet, options.mergeCase);
  let beam: Prefix[] = [{ key: "", text: "", last: -1, blank: 1, symbol: 0 }];
  const folded = new Float64Array(classes);
  const variant = new Int32Array(classes);
  for (let t = 0; t < frames; t++) {
    const row = t * classes;
    // Per folded class: the summed probability, and which of its variants is the likelier.
    folded.fill(0);
    for (let c = 0; c < classes; c++) {
      const to = foldTo[c]!;
      const p = probabilities[row + c]!;
      if (folded[to] === 0 || p > probabilities[row + variant[to]!]!) variant[to] = c;
      folded[to]! += p;
    }
    const live: number[] = [];
    let top = 1;
    for (let c = 1; c < classes; c++) {
      if (folded[c]! > folded[top]!) top = c;
      if (folded[c]! > PRUNE) live.push(c);
    }
    if (live.length === 0) live.push(top);
    beam = step(beam, live, folded, variant, options.alphabet, width);
  }
  return beam.map((prefix) => ({
    text: prefix.text,
    probability: Math.min(1, prefix.blank + prefix.symbol),
  }));
}

function step(
  beam: readonly Prefix[],
  live: readonly number[],
  folded: Float64Array,
  variant: Int32Array,
  alphabet: readonly string[],
  width: number,
): Prefix[] {
  const next = new Map<string, Prefix>();
  const reach = (key: string, text: string, last: number): Prefix => {
    let prefix = next.get(key);
    if (prefix === undefined) {
      prefix = { key, text, last, blank: 0, symbol: 0 };
      next.set(key, prefix);
    }
    return prefix;
  };
  for (const prefix of beam) {
    const all = prefix.blank + prefix.symbol;
    const stay = reach(prefix.key, prefix.text, prefix.last);
    stay.blank += all * folded[0]!;
    if (prefix.last > 0) stay.symbol += prefix.symbol * folded[prefix.last]!;
    for (const c of live) {
      // A character directly after itself needs a blank between; without one it is the same character, still lasting.
      const from = c === prefix.last ? prefix.blank : all;
      if (from === 0) continue;
      const longer = reach(`${prefix.key},${c}`, prefix.text + alphabet[variant[c]! - 1]!, c);
      longer.symbol += from * folded[c]!;
    }
  }
  const sorted = [...next.values()].sort((a, b) => b.blank + b.symbol - (a.blank + a.symbol));
  return sorted.slice(0, width);
}

/** For each class the class it is counted as: capitals as their small letter if case is merged. */
function foldClasses(alphabet: readonly string[], mergeCase: boolean): Int32Array {
  const place = new Map(alphabet.map((character, i) => [character, i + 1]));
  const own = (character: string, i: number): number =>
    (mergeCase ? place.get(character.toLowerCase()) : undefined) ?? i + 1;
  return Int32Array.from([0, ...alphabet.map(own)]);
}

/** How sure the network is of each character of `text`: its highest probability over the frames of the best alignment. */
export function characterConfidences(scores: Scores, options: DecodeOptions, text: string): number[] {
  const { frames, classes } = scores;
  const probabilities = constrain(scores, options.allowed);
  const foldTo = foldClasses(options.alphabet, options.mergeCase);
  const at = (t: number, c: number): number => {
    if (c === 0) return probabilities[t * classes]!;
    let sum = 0;
    for (let k = 1; k < classes; k++) if (foldTo[k] === c) sum += probabilities[t * classes + k]!;
    return sum;
  };
  const symbols = Array.from(text, (character) => foldTo[options.alphabet.indexOf(character) + 1]!);
  // States: blank, first character, blank, second character, …, blank.
  const states = [0, ...symbols.flatMap((symbol) => [symbol, 0])];
  let cost = states.map((state, s) => (s < 2 ? Math.log(at(0, state) + 1e-30) : -Infinity));
  const back: Int32Array[] = [];
  for (let t = 1; t < frames; t++) {
    const from = new Int32Array(states.length);
    const best = states.map((state, s) => {
      let source = s;
      if (s > 0 && cost[s - 1]! > cost[source]!) source = s - 1;
      if (s > 1 && state !== 0 && state !== states[s - 2] && cost[s - 2]! > cost[source]!) source = s - 2;
      from[s] = source;
      return cost[source]! + Math.log(at(t, state) + 1e-30);
    });
    back.push(from);
    cost = best;
  }
  const out = symbols.map(() => 0);
  let state = states.length - 1;
  if (state > 0 && cost[state - 1]! > cost[state]!) state--;
  for (let t = frames - 1; t >= 0; t--) {
    if (state % 2 === 1) out[(state - 1) / 2] = Math.max(out[(state - 1) / 2]!, at(t, states[state]!));
    if (t > 0) state = back[t - 1]![state]!;
  }
  return out.map((value) => Math.min(1, value));
}
