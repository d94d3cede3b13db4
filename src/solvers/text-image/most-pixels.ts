/** How much there is to decode in a file. Loads no decoder: the server asks before it hands a picture to a thread. */
import { gifFrames } from "../../protocol/gif.ts";
import { inspectImage } from "../../protocol/inspect-image.ts";

/** Pixels that all decoded frames of one animation may have. */
export const MOST_FRAME_PIXELS = 16_000_000;

/**
 * The most pixels that reading a file may decode, by its header and, of a GIF, by its frames: in microseconds.
 * Throws as `inspectImage` does.
 */
export function mostPixels(bytes: Uint8Array): number {
  const { format, width, height } = inspectImage(bytes);
  const most = framesToDecode(Infinity, width * height);
  if (format === "gif") return width * height * countOf(gifFrames(bytes), most);
  // A WebP says in its header whether it moves (bit 1 of VP8X), not how many frames it has.
  const moves = format === "webp" && bytes[15] === 0x58 && (bytes[20]! & 2) > 0;
  return width * height * (moves ? most : 1);
}

/** All frames, or the first ones of an animation that has more pixels than are decoded. */
export function framesToDecode(frames: number, pixels: number): number {
  return Math.max(1, Math.min(frames, Math.floor(MOST_FRAME_PIXELS / pixels)));
}

/** From 1 to `most`. */
function countOf(frames: Iterable<unknown>, most: number): number {
  let count = 0;
  for (const _ of frames) if (++count === most) break;
  return Math.max(1, count);
}
