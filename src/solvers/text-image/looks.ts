/**
 * Further looks at doubtful pictures. The network takes every fourth column of pixels together, and sixteen rows: moved by half
 * of such a step, a picture is a new one to it, and what it misreads one way it often reads the other way.
 */
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import type { Reading } from "./reading.ts";

/** Columns and rows by which the picture is moved for each further look. */
const MOVES = [
  [2, 1],
  [-2, -1],
] as const;
export const FURTHER_LOOKS = MOVES.length;

/** One look is enough for what is this sure, and for what no look will make readable. */
const SURE = 0.97;
const HOPELESS = 0.02;

/** Whether further looks at a picture are worth their time. */
export function isDoubtful({ confidence }: Pick<Reading, "confidence">): boolean {
  return confidence < SURE && confidence > HOPELESS;
}

/** The picture moved for each further look: FURTHER_LOOKS × 64 × 192 × 3 bytes. @param pixels 64 × 192 × 3 bytes */
export function moved(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(FURTHER_LOOKS * INPUT_BYTES);
  MOVES.forEach(([dx, dy], i) => move(pixels, dx, dy, out.subarray(i * INPUT_BYTES, (i + 1) * INPUT_BYTES)));
  return out;
}

/** Every pixel comes from `dx` columns and `dy` rows further on; the edges are repeated. */
function move(pixels: Uint8Array, dx: number, dy: number, out: Uint8Array): void {
  const stride = INPUT_WIDTH * 3;
  for (let y = 0; y < INPUT_HEIGHT; y++) {
    const from = Math.min(INPUT_HEIGHT - 1, Math.max(0, y + dy)) * stride;
    const row = pixels.subarray(from, from + stride);
    const to = out.subarray(y * stride, (y + 1) * stride);
    to.set(dx > 0 ? row.subarray(dx * 3) : row.subarray(0, stride + dx * 3), Math.max(0, -dx * 3));
    const edge = dx > 0 ? row.subarray(stride - 3) : row.subarray(0, 3);
    for (let x = 0; x < Math.abs(dx); x++) to.set(edge, dx > 0 ? stride - 3 * (x + 1) : 3 * x);
  }
}
