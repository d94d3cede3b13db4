/**
 * A second look at doubtful pictures. The network takes four columns of pixels together: moved by half of such a step, and by a
 * row, a picture is a new one to it, and what it misreads one way it often reads the other way.
 */
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import type { Reading } from "./reading.ts";

/** Columns and rows by which the picture is moved. */
const DX = 2;
const DY = 1;

/** One look is enough for what is this sure, and for what no look will make readable. */
const SURE = 0.95;
const HOPELESS = 0.02;

/** Whether a second look at a picture is worth its time. */
export function isDoubtful({ confidence }: Pick<Reading, "confidence">): boolean {
  return confidence < SURE && confidence > HOPELESS;
}

/** The picture moved to the left and up, its edges repeated. @param pixels 64 × 192 × 3 bytes */
export function moved(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(INPUT_BYTES);
  const stride = INPUT_WIDTH * 3;
  for (let y = 0; y < INPUT_HEIGHT; y++) {
    const from = Math.min(INPUT_HEIGHT - 1, y + DY) * stride;
    const row = pixels.subarray(from, from + stride);
    out.set(row.subarray(DX * 3), y * stride);
    for (let x = INPUT_WIDTH - DX; x < INPUT_WIDTH; x++)
      out.set(row.subarray(stride - 3), y * stride + x * 3);
  }
  return out;
}
