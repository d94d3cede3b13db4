/**
 * Animations: the text may be in every frame behind moving clutter, in one frame only, or spread over the frames letter by
 * letter. So several distinct frames are read, and two pictures made of all of them; the readings vote.
 */
import { gifFrames } from "../../protocol/gif.ts";
import { MAX_PIXELS, inspectImage } from "../../protocol/inspect-image.ts";
import { borderColour, measure, normalise, normaliseFrames, type Measured } from "./normalise.ts";
import type { Reading } from "./reading.ts";

/** Frames that are looked at, and fewer of large pictures: all of them together have at most MAX_PIXELS. */
const MAX_FRAMES = 64;
/** Distinct frames that are read by themselves; each costs a run of the network. */
const READ_FRAMES = 5;
/** Distinct frames that the two combined pictures are made of. */
const COMBINED_FRAMES = 9;
/** Frames whose bytes differ by less than this on average are the same picture. */
const SAME = 0.5;

/**
 * The most pixels that reading a file may decode, by its header and, of a GIF, by its frames: in microseconds.
 * Throws as `inspectImage` does.
 */
export function mostPixels(bytes: Uint8Array): number {
  const { format, width, height } = inspectImage(bytes);
  if (format === "gif") return width * height * framesToRead(countOf(gifFrames(bytes)), width * height);
  // A WebP says in its header whether it moves (bit 1 of VP8X), not how many frames it has.
  const moves = format === "webp" && bytes[15] === 0x58 && (bytes[20]! & 2) > 0;
  return width * height * (moves ? framesToRead(MAX_FRAMES, width * height) : 1);
}

function framesToRead(frames: number, pixels: number): number {
  return Math.max(1, Math.min(frames, MAX_FRAMES, Math.floor(MAX_PIXELS / pixels)));
}

function countOf(frames: Iterable<unknown>): number {
  let count = 0;
  for (const _ of frames) if (++count === MAX_FRAMES) break;
  return count;
}

/** The pictures to read for one image file: itself, or of an animation several. Throws as `normalise` does. */
export async function inputsOf(bytes: Uint8Array, known?: Measured): Promise<Uint8Array[]> {
  const measured = known ?? (await measure(bytes));
  const count = framesToRead(measured.frames, measured.width * measured.height);
  if (count <= 1) return [await normalise(bytes, measured)];
  const distinct: Uint8Array[] = [];
  for (const frame of await normaliseFrames(bytes, measured, count)) {
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

/** At most `count` of the frames, the first and the last among them, evenly spread. */
function spread(frames: readonly Uint8Array[], count: number): Uint8Array[] {
  if (frames.length <= count) return [...frames];
  return Array.from(
    { length: count },
    (_, i) => frames[Math.round((i * (frames.length - 1)) / (count - 1))]!,
  );
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

/**
 * One reading out of those of several frames: confidences in the same text add up. A text that is part of a longer one
 * yields to it if that is at least half as well supported: a frame that shows a few of the letters is read with ease.
 */
export function combine(readings: readonly Reading[]): Reading {
  if (readings.length === 1) return readings[0]!;
  const votes = new Map<string, { support: number; best: Reading }>();
  for (const reading of readings) {
    const key = reading.seen.toLowerCase();
    const vote = votes.get(key) ?? { support: 0, best: reading };
    const best = reading.confidence > vote.best.confidence ? reading : vote.best;
    votes.set(key, { support: vote.support + reading.confidence, best });
  }
  const ranked = [...votes].sort(([, a], [, b]) => b.support - a.support);
  const [text, first] = ranked[0]!;
  const longer = ranked.find(
    ([other, vote]) => other.length > text.length && vote.support >= first.support / 2 && isPart(text, other),
  );
  return (longer?.[1] ?? first).best;
}

/** Whether the characters of `part` occur in `whole` in their order. */
function isPart(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}
