/**
 * Animations: the text may be in every frame behind moving clutter, in one frame only, or spread over the frames letter by
 * letter. So several distinct frames are read, and two pictures made of all of them; the readings vote.
 */
import { measure, type Measured } from "./decode.ts";
import { framesToDecode } from "./most-pixels.ts";
import { borderColour, normalise, normaliseFrames, spread } from "./normalise.ts";
import type { Reading } from "./reading.ts";

/** Frames that are looked at, spread over all that are decoded. */
const MAX_FRAMES = 64;
/** Distinct frames that are read by themselves; each costs a run of the network. */
const READ_FRAMES = 5;
/** Distinct frames that the two combined pictures are made of. */
const COMBINED_FRAMES = 9;
/** Frames whose bytes differ by less than this on average are the same picture. */
const SAME = 0.5;

/** The pictures to read for one image file: itself, or of an animation several. Throws as `normalise` does. */
export async function inputsOf(bytes: Uint8Array, known?: Measured): Promise<Uint8Array[]> {
  const measured = known ?? (await measure(bytes));
  const count = framesToDecode(measured.frames, measured.width * measured.height);
  if (count <= 1) return [await normalise(bytes, measured)];
  const distinct: Uint8Array[] = [];
  for (const frame of await normaliseFrames(bytes, measured, count, MAX_FRAMES)) {
    if (!distinct.some((other) => alike(frame, other))) distinct.push(frame);
  }
  if (distinct.length === 1) return distinct;
  const some = spread(distinct, COMBINED_FRAMES);
  return [...spread(distinct, READ_FRAMES), median(some), furthest(some)];
}

function alike(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  const enough = one.length * SAME;
  for (let i = 0; i < one.length && difference < enough; i++) difference += Math.abs(one[i]! - other[i]!);
  return difference < enough;
}

/** What stays is kept, what moves over it is lost. */
function median(frames: readonly Uint8Array[]): Uint8Array {
  const values = new Uint8Array(frames.length);
  return frames[0]!.map((_, i) => {
    frames.forEach((frame, f) => (values[f] = frame[i]!));
    return values.sort()[frames.length >> 1]!;
  });
}

/** Each pixel as it is in the frame where it differs most from the ground: letters that come one by one stand together. */
function furthest(frames: readonly Uint8Array[]): Uint8Array {
  const out = frames[0]!.slice();
  const ground = borderColour(out);
  const distance = (frame: Uint8Array, at: number): number =>
    Math.abs(frame[at]! - ground[0]!) +
    Math.abs(frame[at + 1]! - ground[1]!) +
    Math.abs(frame[at + 2]! - ground[2]!);
  for (let at = 0; at < out.length; at += 3) {
    for (const frame of frames) {
      if (distance(frame, at) > distance(out, at)) out.set(frame.subarray(at, at + 3), at);
    }
  }
  return out;
}

interface Vote {
  readonly support: number;
  readonly best: Reading;
}

/**
 * One reading out of those of several frames: confidences in the same text add up. A text that is part of a longer one
 * yields to it if that is at least half as well supported: a frame that shows a few of the letters is read with ease.
 *
 * Its confidence is that of its best frame times its share of all confidences. A reading counts against it by the share of its
 * characters that are not in the text: frames that show nothing or a part of it do not, one misread letter does little.
 * Four frames with a code each leave the best one 0.35, where each by itself is read with 1.0.
 */
export function combine(readings: readonly Reading[]): Reading {
  if (readings.length === 1) return readings[0]!;
  const votes = votesOf(readings);
  const ranked = [...votes].sort(([, a], [, b]) => b.support - a.support);
  const [text, first] = ranked[0]!;
  const longer = ranked.find(
    ([other, vote]) =>
      other.length > text.length && vote.support >= first.support / 2 && inOrder(text, other) === text.length,
  );
  const [chosen, { support, best }] = longer ?? [text, first];
  const against = ranked.reduce(
    (sum, [other, vote]) => sum + vote.support * (1 - inOrder(other, chosen) / Math.max(1, other.length)),
    0,
  );
  return against === 0 ? best : { ...best, confidence: (best.confidence * support) / (support + against) };
}

function votesOf(readings: readonly Reading[]): ReadonlyMap<string, Vote> {
  const votes = new Map<string, Vote>();
  for (const reading of readings) {
    const key = reading.seen.toLowerCase();
    const vote = votes.get(key) ?? { support: 0, best: reading };
    const best = reading.confidence > vote.best.confidence ? reading : vote.best;
    votes.set(key, { support: vote.support + reading.confidence, best });
  }
  return votes;
}

/** How many characters of one text occur in the other in their order: their longest common subsequence. */
function inOrder(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const character of one) {
    const next = [0];
    for (let i = 0; i < other.length; i++)
      next.push(other[i] === character ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!));
    row = next;
  }
  return row.at(-1)!;
}
