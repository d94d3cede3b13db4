import sharp, { type Sharp } from "sharp";
import {
  ImageError,
  MAX_PIXELS,
  checkSize,
  inspectImage,
  type ImageInfo,
} from "../../protocol/inspect-image.ts";
import { decodeBmp } from "./bmp.ts";
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

/** Larger pictures are shrunk to this while they are decoded: four and six times what the network sees. */
const MOST_WIDTH = 768;
const MOST_HEIGHT = 384;

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

/** A picture's format, its size as it will be decoded, and how many frames it has. */
export interface Measured extends ImageInfo {
  readonly frames: number;
}

/**
 * Throws an `ImageError` for anything that is not a picture of at most `MAX_PIXELS`. A GIF's size is libvips's: in place
 * of screens that encoders are known to make up (640 × 480, 1600 × 1200 and others, sides above 2048) libvips takes its first frame.
 */
export async function measure(bytes: Uint8Array): Promise<Measured> {
  const info = inspectImage(bytes);
  if (info.format !== "gif" && info.format !== "webp") return { ...info, frames: 1 };
  const found = await openPicture(bytes, info)
    .metadata()
    .catch(() => null);
  if (found === null) return { ...info, frames: 1 }; // the damage shows when it is decoded
  const { width, height, pages = 1 } = found;
  checkSize(width, height);
  return { format: info.format, width, height, frames: pages };
}

/**
 * Decodes an image file and scales it into the network's input: 64 × 192 × 3 bytes, RGB, row by row.
 * Wide plain margins are cut off first. The picture lies at the top left; the rest takes
 * the mean colour of its border. Of an animation the first frame.
 * Throws an `ImageError` for anything that is not a picture of at most `MAX_PIXELS`.
 */
export async function normalise(bytes: Uint8Array, measured?: Measured): Promise<Uint8Array> {
  const [picture] = await decodeFrames(bytes, measured ?? (await measure(bytes)), 1);
  const whole = wholeOf(picture!);
  const scaled = fit(picture!, whole);
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
  return place(fit(picture!, part));
}

/** As normalise, for the first `count` frames of an animation that has so many, but with their margins, which may differ. */
export async function normaliseFrames(
  bytes: Uint8Array,
  measured: Measured,
  count: number,
): Promise<Uint8Array[]> {
  const frames = await decodeFrames(bytes, measured, count);
  return frames.map((frame) => place(fit(frame, wholeOf(frame))));
}

function wholeOf({ width, height }: Picture): Box {
  return { left: 0, top: 0, width, height };
}

/** A part of a picture, scaled to fit the input box. */
function fit(picture: Picture, part: Box): Picture {
  const { width, height } = fitInput(part.width, part.height);
  return resample(picture, part, width, height);
}

/** The first `count` frames in RGB, of at most MOST_WIDTH × MOST_HEIGHT. */
async function decodeFrames(bytes: Uint8Array, info: ImageInfo, count: number): Promise<Picture[]> {
  try {
    const picture = openPicture(bytes, info, count);
    // Alpha is premultiplied by sharp while it scales, so hidden colours never bleed in.
    if (info.width > MOST_WIDTH || info.height > MOST_HEIGHT)
      picture.resize(Math.min(info.width, MOST_WIDTH), Math.min(info.height, MOST_HEIGHT), {
        fit: "fill",
        kernel: "cubic",
        fastShrinkOnLoad: false,
      });
    const { data, info: raw } = await picture
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // Rows are cut by what was decoded, never by what a header said.
    const { width, pageHeight: height = raw.height } = raw;
    const size = width * height * raw.channels;
    if (size * count !== data.length)
      throw new Error(`${count} frames of ${width} × ${height} have ${data.length} bytes`);
    const frames = Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
    return frames.map((frame) => ({ rgb: flatten(frame, raw.channels), width, height }));
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(
      `The ${info.format.toUpperCase()} image is damaged or cut off and could not be decoded. Send the complete file.`,
      { cause: error },
    );
  }
}

/** A picture whose header was found good, ready to be decoded. */
export function openPicture(bytes: Uint8Array, info: ImageInfo, frames = 1): Sharp {
  return info.format === "bmp"
    ? sharp(decodeBmp(bytes), { raw: { width: info.width, height: info.height, channels: 4 } })
    : sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error", pages: frames });
}

/** Any number of channels to RGB. Transparent parts turn white, or black if what is visible is light. */
function flatten(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  if (channels === 3) return data;
  const rgb = new Uint8Array(pixels * 3);
  const hasAlpha = channels === 2 || channels === 4;
  const green = channels >= 3 ? 1 : 0;
  const blue = channels >= 3 ? 2 : 0;
  const ground = hasAlpha ? groundFor(data, channels) : 255;
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    const alpha = hasAlpha ? data[from + channels - 1]! : 255;
    const rest = ground * (255 - alpha);
    rgb[to] = (data[from]! * alpha + rest) / 255;
    rgb[to + 1] = (data[from + green]! * alpha + rest) / 255;
    rgb[to + 2] = (data[from + blue]! * alpha + rest) / 255;
  }
  return rgb;
}

/** White, unless the visible pixels are mostly light and a fair part of the picture is transparent. */
function groundFor(data: Uint8Array, channels: number): number {
  const green = channels >= 3 ? 1 : 0;
  const blue = channels >= 3 ? 2 : 0;
  let visible = 0;
  let light = 0;
  for (let at = 0; at < data.length; at += channels) {
    const alpha = data[at + channels - 1]!;
    visible += alpha;
    light += alpha * (data[at]! * 0.299 + data[at + green]! * 0.587 + data[at + blue]! * 0.114);
  }
  const pixels = data.length / channels;
  if (visible > pixels * 255 * 0.98 || visible === 0) return 255;
  return light / visible > 170 ? 0 : 255;
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
