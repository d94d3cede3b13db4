/**
 * CTC decoding by prefix beam search, within a grammar, and with letters of either case counted as one reading.
 *
 * Beside the likeliest prefixes the beam keeps the likeliest one of every state of the grammar, and each frame follows the
 * likeliest character of every kind. So no state that can be reached dies out, and a grammar that has any reading gets one,
 * however little the picture looks like it.
 */
import type { Grammar } from "./grammar.ts";

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
}

const WIDTH = 12;
/** Characters below this probability in a frame are not followed, except the likeliest of each kind. */
const PRUNE = 1e-4;
/** Keeps what the network thinks impossible possible. 20 such characters and 100 frames of 0.1 are still above 1e-308. */
const FLOOR = 1e-9;

/**
 * The share of forbidden characters goes to the allowed ones in proportion, not to the blank: where the network sees some
 * character, a constrained reading must have one too (an O read as 0 if digits only).
 */
export function latticeOf(scores: Scores, options: DecodeOptions): Lattice {
  const { data, frames, classes } = scores;
  const { kinds } = options.grammar;
  const foldTo = foldClasses(options.alphabet, options.mergeCase);
  const mass = new Float64Array(frames * classes);
  const variant = new Uint16Array(frames * classes);
  const row = new Float64Array(classes);
  for (let t = 0; t < frames; t++) {
    const at = t * classes;
    let kept = 0;
    let dropped = 0;
    for (let c = 1; c < classes; c++) {
      row[c] = Math.exp(data[at + c]!);
      if (kinds[c]! >= 0) kept += row[c]!;
      else dropped += row[c]!;
    }
    const factor = kept === 0 ? 1 : (kept + dropped) / kept;
    mass[at] = Math.max(FLOOR, Math.exp(data[at]!));
    for (let c = 1; c < classes; c++) {
      if (kinds[c]! < 0) continue;
      const to = at + foldTo[c]!;
      if (mass[to] === 0 || row[c]! > row[variant[to]!]!) variant[to] = c;
      mass[to]! += Math.max(FLOOR, row[c]! * factor);
    }
  }
  return { ...options, frames, classes, mass, variant, foldTo };
}

/** For each class the class it is counted as: capitals as their small letter if case is merged. */
function foldClasses(alphabet: readonly string[], mergeCase: boolean): Int32Array {
  const place = new Map(alphabet.map((character, i) => [character, i + 1]));
  const own = (character: string, i: number): number =>
    (mergeCase ? place.get(character.toLowerCase()) : undefined) ?? i + 1;
  return Int32Array.from([0, ...alphabet.map(own)]);
}

/** A prefix of readings: a node of the tree of all that were reached. */
interface Prefix {
  readonly parent: Prefix | null;
  /** The last character's class, -1 at the start. */
  readonly last: number;
  readonly state: number;
  readonly children: Map<number, Prefix>;
  /** Which of the merged classes the last character most likely was, and how likely that was. */
  variant: number;
  variantMass: number;
  /** The frame for which the two probabilities of `next` hold. */
  frame: number;
  /** Probability of all alignments that end in a blank, and of those that end in the last character. */
  blank: number;
  symbol: number;
  nextBlank: number;
  nextSymbol: number;
}

function prefixAfter(parent: Prefix | null, last: number, state: number): Prefix {
  return {
    parent,
    last,
    state,
    children: new Map(),
    variant: last,
    variantMass: 0,
    frame: -1,
    blank: 0,
    symbol: 0,
    nextBlank: 0,
    nextSymbol: 0,
  };
}

/** The likeliest readings that the grammar allows, best first; the empty one among them if it may be empty. */
export function beamSearch(lattice: Lattice): Candidate[] {
  const { frames, classes, mass, variant, grammar, alphabet } = lattice;
  const root = prefixAfter(null, -1, 0);
  root.blank = 1;
  let beam: Prefix[] = [root];
  for (let t = 0; t < frames; t++) {
    const at = t * classes;
    const live = liveClasses(lattice, t);
    const reached: Prefix[] = [];
    const reach = (prefix: Prefix): Prefix => {
      if (prefix.frame !== t) {
        prefix.frame = t;
        prefix.nextBlank = 0;
        prefix.nextSymbol = 0;
        reached.push(prefix);
      }
      return prefix;
    };
    for (const prefix of beam) {
      const all = prefix.blank + prefix.symbol;
      reach(prefix).nextBlank += all * mass[at]!;
      if (prefix.last > 0) prefix.nextSymbol += prefix.symbol * mass[at + prefix.last]!;
      for (const c of live) {
        // A character directly after itself needs a blank between; without one it is the same character, still lasting.
        const from = c === prefix.last ? prefix.blank : all;
        const state = grammar.next[prefix.state]![grammar.kinds[c]!]!;
        if (from === 0 || state < 0) continue;
        let longer = prefix.children.get(c);
        if (longer === undefined) {
          longer = prefixAfter(prefix, c, state);
          prefix.children.set(c, longer);
        }
        const gain = from * mass[at + c]!;
        reach(longer).nextSymbol += gain;
        if (gain > longer.variantMass) {
          longer.variantMass = gain;
          longer.variant = variant[at + c]!;
        }
      }
    }
    beam = keepBest(reached);
  }
  return beam
    .filter((prefix) => grammar.ends[prefix.state])
    .map((prefix) => ({
      text: textOf(prefix, alphabet),
      probability: Math.min(1, prefix.blank + prefix.symbol),
    }));
}

/** The classes worth following in a frame: all that are not negligible, and the likeliest of each kind. */
function liveClasses({ classes, mass, foldTo, grammar }: Lattice, t: number): number[] {
  const row = t * classes;
  const live: number[] = [];
  const top: number[] = [];
  for (let c = 1; c < classes; c++) {
    const kind = grammar.kinds[c]!;
    if (kind < 0 || foldTo[c] !== c) continue;
    const p = mass[row + c]!;
    if (p > PRUNE) live.push(c);
    if (top[kind] === undefined || p > mass[row + top[kind]]!) top[kind] = c;
  }
  for (const c of top) if (c !== undefined && mass[row + c]! <= PRUNE) live.push(c);
  return live;
}

/** The likeliest prefixes, and the likeliest of each state. */
function keepBest(reached: Prefix[]): Prefix[] {
  for (const prefix of reached) {
    prefix.blank = prefix.nextBlank;
    prefix.symbol = prefix.nextSymbol;
  }
  reached.sort((a, b) => b.blank + b.symbol - (a.blank + a.symbol));
  const states = new Set<number>();
  return reached.filter((prefix, rank) => {
    const first = !states.has(prefix.state);
    states.add(prefix.state);
    return first || rank < WIDTH;
  });
}

function textOf(prefix: Prefix, alphabet: readonly string[]): string {
  let text = "";
  for (let at: Prefix = prefix; at.parent !== null; at = at.parent) text = alphabet[at.variant - 1]! + text;
  return text;
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
