/**
 * CTC decoding by prefix beam search, within a grammar, and with letters of either case counted as one reading.
 *
 * Beside the likeliest prefixes the beam keeps the likeliest one of every state of the grammar, and each frame follows the
 * likeliest character of every kind. So no state that can be reached dies out, and a grammar that has any reading gets one,
 * however little the picture looks like it.
 */
import type { Lattice } from "./ctc.ts";

export interface Candidate {
  readonly text: string;
  /** Sum over all alignments kept in the beam, 0 to 1. */
  readonly probability: number;
}

/** Prefixes that the beam keeps. */
const WIDTH = 12;
/** Characters below this probability in a frame are not followed, except the likeliest of each kind. */
const PRUNE = 1e-4;

/** A prefix of readings: a node of the tree of all that were kept. */
interface Prefix {
  readonly parent: Prefix | null;
  /** The last character's class, -1 at the start. */
  readonly last: number;
  readonly state: number;
  /** Those of its continuations that were ever kept. */
  children: Map<number, Prefix> | null;
  /** Which of the merged classes the last character most likely was, and how likely that was. */
  variant: number;
  variantMass: number;
  /** The last frame in which the beam held it. */
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
    children: null,
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
  const { frames, grammar, alphabet } = lattice;
  const root = prefixAfter(null, -1, 0);
  root.blank = 1;
  const bar = new Bar(grammar.ends.length);
  let beam: Prefix[] = [root];
  for (let t = 0; t < frames; t++) {
    for (const prefix of beam) prefix.frame = t;
    beam = keepBest([...beam, ...grow(beam, lattice, t, bar)]);
  }
  return beam
    .filter((prefix) => grammar.ends[prefix.state])
    .map((prefix) => ({
      text: textOf(prefix, alphabet),
      probability: Math.min(1, prefix.blank + prefix.symbol),
    }));
}

/**
 * One frame of the search: weighs every prefix of the beam anew, and gives those that come to it. A prefix outside the beam is
 * reached from its parent alone, so what cannot be kept is known before it is made.
 */
function grow(beam: readonly Prefix[], lattice: Lattice, t: number, bar: Bar): Prefix[] {
  const { classes, mass, variant, grammar } = lattice;
  const at = t * classes;
  const live = liveClasses(lattice, t);
  // A character directly after itself needs a blank between; without one it is the same character, still lasting.
  const gainOf = (prefix: Prefix, c: number): number =>
    (c === prefix.last ? prefix.blank : prefix.blank + prefix.symbol) * mass[at + c]!;
  const join = (prefix: Prefix, gain: number): void => {
    prefix.nextSymbol += gain;
    if (gain <= prefix.variantMass) return;
    prefix.variantMass = gain;
    prefix.variant = variant[at + prefix.last]!;
  };
  bar.clear();
  for (const prefix of beam) {
    prefix.nextBlank = (prefix.blank + prefix.symbol) * mass[at]!;
    prefix.nextSymbol = prefix.last > 0 ? prefix.symbol * mass[at + prefix.last]! : 0;
    if (prefix.parent?.frame === t && live.includes(prefix.last))
      join(prefix, gainOf(prefix.parent, prefix.last));
    bar.pass(prefix.nextBlank + prefix.nextSymbol, prefix.state);
  }
  const come: Prefix[] = [];
  for (const prefix of beam) {
    const next = grammar.next[prefix.state]!;
    for (const c of live) {
      const state = next[grammar.kinds[c]!]!;
      if (state < 0) continue;
      const gain = gainOf(prefix, c);
      if (!bar.mayPass(gain, state)) continue;
      const known = prefix.children?.get(c);
      if (known?.frame === t) continue;
      bar.pass(gain, state);
      const longer = known ?? prefixAfter(prefix, c, state);
      (prefix.children ??= new Map()).set(c, longer);
      longer.nextBlank = longer.nextSymbol = 0;
      join(longer, gain);
      come.push(longer);
    }
  }
  return come;
}

/** What a prefix must have in a frame to be kept by `keepBest`, as far as is known yet. */
class Bar {
  /** The highest probabilities, best first. */
  readonly #best = new Float64Array(WIDTH);
  /** The highest one of each state. */
  readonly #ofState: Float64Array;

  constructor(states: number) {
    this.#ofState = new Float64Array(states);
  }

  clear(): void {
    this.#best.fill(0);
    this.#ofState.fill(0);
  }

  mayPass(probability: number, state: number): boolean {
    return probability > this.#best[WIDTH - 1]! || probability > this.#ofState[state]!;
  }

  pass(probability: number, state: number): void {
    if (probability > this.#ofState[state]!) this.#ofState[state] = probability;
    let rank = WIDTH;
    for (; rank > 0 && probability > this.#best[rank - 1]!; rank--)
      if (rank < WIDTH) this.#best[rank] = this.#best[rank - 1]!;
    if (rank < WIDTH) this.#best[rank] = probability;
  }
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
