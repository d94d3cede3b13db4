/**
 * Further looks at doubtful pictures, by another network and at a moved picture. Two networks err in different places; and both take four
 * columns of pixels together: moved by half of such a step, and by a row, a picture is a new one to them.
 */
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import type { Reading } from "./reading.ts";

/** The files of the networks' weights, in the model's folder. */
export const NETWORKS = ["text-image.onnx", "text-image-second.onnx"] as const;

/** One run of a network over a picture, as it is or moved. */
export interface LookPlan {
  /** An index of `NETWORKS`. */
  readonly network: number;
  readonly moved: boolean;
}

/** The looks in their order: each is taken only if those before it together leave the picture doubtful. */
export const LOOKS: readonly LookPlan[] = [
  { network: 0, moved: false },
  { network: 1, moved: true },
  { network: 0, moved: true },
];

/** Columns and rows by which the picture is moved. */
const DX = 2;
const DY = 1;

/** It was looked at enough if this sure, and if no look will make it readable. */
const SURE = 0.95;
const HOPELESS = 0.02;

/** Whether a further look at a picture is worth its time. */
export function isDoubtful({ confidence }: Pick<Reading, "confidence">): boolean {
  return confidence < SURE && confidence > HOPELESS;
}

/** What a look is taken at. @param pixels 64 × 192 × 3 bytes */
export function seenBy(look: LookPlan, pixels: Uint8Array): Uint8Array {
  return look.moved ? moved(pixels) : pixels;
}

/** The picture moved to the left and up, its edges repeated. */
function moved(pixels: Uint8Array): Uint8Array {
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
