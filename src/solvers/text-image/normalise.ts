import { decodeFrames, flattened, measure, type Measured } from "./decode.ts";
import { resample, type Box, type Picture } from "./resample.ts";

/** Size of the network's input. Training renders to the same size (training/page.py). */
export const INPUT_HEIGHT = 64;
export const INPUT_WIDTH = 192;
export const INPUT_BYTES = INPUT_HEIGHT * INPUT_WIDTH * 3;

/** A picture may be stretched sideways by up to this factor (and squeezed by its inverse) before it is padded. */
const MAX_STRETCH = 2;

/**
 * Plain margins are cut off if less than this share of the picture is left. Cutting closer, or off pictures with
 * narrower margins, moved text to sizes that are read less well (svg-captcha 98 → 89 of 100).
 */
const TRIM_BELOW = 0.7;

/** A pixel is ink if one of its colours is further than this from the border's. */
const INK = 24;

/** Where a picture of the given size goes inside the input box: its size after scaling. */
export function fitInput(width: number, height: number): { width: number; height: number } {
  const natural = (width / height) * INPUT_HEIGHT;
  if (natural * MAX_STRETCH < INPUT_WIDTH) {
    return { width: Math.max(8, Math.round(natural * MAX_STRETCH)), height: INPUT_HEIGHT };
  }
  if (natural > INPUT_WIDTH * MAX_STRETCH) {
    const scaled = Math.round((INPUT_HEIGHT * INPUT_WIDTH * MAX_STRETCH) / natural);
    return { width: INPUT_WIDTH, height: Math.max(8, scaled) };
  }
  return { width: INPUT_WIDTH, height: INPUT_HEIGHT };
}

/** Where the ink is and a quarter of its height around it; null if there is none, or hardly a margin to cut off. */
function inkBox({ rgb, width, height }: Picture): Box | null {
  const ground = borderColour(rgb, width, height);
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      if (
        Math.abs(rgb[at]! - ground[0]!) <= INK &&
        Math.abs(rgb[at + 1]! - ground[1]!) <= INK &&
        Math.abs(rgb[at + 2]! - ground[2]!) <= INK
      )
        continue;
      if (x < x0) x0 = x;
      if (x >= x1) x1 = x + 1;
      if (y < y0) y0 = y;
      y1 = y + 1;
    }
  }
  if (y1 === 0) return null;
  const room = Math.round((y1 - y0) / 4);
  const left = Math.max(0, x0 - room);
  const top = Math.max(0, y0 - room);
  const box = {
    left,
    top,
    width: Math.min(width, x1 + room) - left,
    height: Math.min(height, y1 + room) - top,
  };
  return box.width * box.height < TRIM_BELOW * width * height ? box : null;
}

/**
 * Decodes an image file and scales it into the network's input: 64 × 192 × 3 bytes, RGB, row by row.
 * Wide plain margins are cut off first. The picture lies at the top left; the rest takes
 * the mean colour of its border. Of an animation the first frame.
 * Throws an `ImageError` for anything that is not a picture of at most `MAX_PIXELS`.
 */
export async function normalise(bytes: Uint8Array, measured?: Measured): Promise<Uint8Array> {
  const [raw] = await decodeFrames(bytes, measured ?? (await measure(bytes)), 1);
  const picture = flattened(raw!);
  const whole = wholeOf(picture);
  const scaled = fit(picture, whole);
  const box = inkBox(scaled);
  if (box === null) return place(scaled);
  const [across, down] = [whole.width / scaled.width, whole.height / scaled.height];
  const left = Math.floor(box.left * across);
  const top = Math.floor(box.top * down);
  const part = {
    left,
    top,
    width: Math.ceil((box.left + box.width) * across) - left,
    height: Math.ceil((box.top + box.height) * down) - top,
  };
  return place(fit(picture, part));
}

/**
 * As normalise, for frames of an animation, but with their margins, which may differ: of its first `decoded` ones at most
 * `count`, spread evenly, the first and the last among them.
 */
export async function normaliseFrames(
  bytes: Uint8Array,
  measured: Measured,
  decoded: number,
  count: number,
): Promise<Uint8Array[]> {
  const frames = await decodeFrames(bytes, measured, decoded);
  return spread(frames, count).map((frame) => place(fit(flattened(frame), wholeOf(frame))));
}

/** At most `count` of the items, the first and the last among them, evenly spread. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

function wholeOf({ width, height }: Pick<Picture, "width" | "height">): Box {
  return { left: 0, top: 0, width, height };
}

/** A part of a picture, scaled to fit the input box. */
function fit(picture: Picture, part: Box): Picture {
  const { width, height } = fitInput(part.width, part.height);
  return resample(picture, part, width, height);
}

/** Puts the scaled picture at the top left of the input box and fills the rest with its border's mean colour. */
function place({ rgb, width, height }: Picture): Uint8Array {
  if (width === INPUT_WIDTH && height === INPUT_HEIGHT) return rgb;
  const colour = borderColour(rgb, width, height);
  const out = new Uint8Array(INPUT_BYTES);
  for (let i = 0; i < INPUT_BYTES; i++) out[i] = colour[i % 3]!;
  for (let y = 0; y < height; y++) {
    out.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * INPUT_WIDTH * 3);
  }
  return out;
}

/** The mean colour of an RGB picture's outermost pixels. */
export function borderColour(rgb: Uint8Array, width = INPUT_WIDTH, height = INPUT_HEIGHT): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  const add = (x: number, y: number): void => {
    const at = (y * width + x) * 3;
    for (let c = 0; c < 3; c++) sum[c] = sum[c]! + rgb[at + c]!;
    count++;
  };
  for (let x = 0; x < width; x++) {
    add(x, 0);
    add(x, height - 1);
  }
  for (let y = 0; y < height; y++) {
    add(0, y);
    add(width - 1, y);
  }
  return sum.map((total) => Math.round(total / count));
}
