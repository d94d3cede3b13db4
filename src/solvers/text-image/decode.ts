/** Image files as pixels: how large they are, and their frames, within bounds that hold for what is really decoded. */
import sharp, { type Sharp } from "sharp";
import {
  ImageError,
  MAX_PIXELS,
  checkSize,
  inspectImage,
  type ImageInfo,
} from "../../protocol/inspect-image.ts";
import { decodeBmp } from "./bmp.ts";
import { MOST_FRAME_PIXELS } from "./most-pixels.ts";
import type { Picture } from "./resample.ts";

/** Larger pictures are shrunk to this while they are decoded: four and six times what the network sees. */
const MOST_WIDTH = 768;
const MOST_HEIGHT = 384;

/** Pixels that all frames of one animation are shrunk to while they are decoded. */
const KEPT_FRAME_PIXELS = 4_000_000;

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

/** Pixels as they were decoded, one channel to four. */
interface Raw {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly channels: number;
}

/**
 * The first `count` frames, of at most MOST_WIDTH × MOST_HEIGHT, or less where there are many. All of them in one go: a later frame
 * of a GIF is drawn over all before it, so that each one fetched by itself would cost as much as all up to it.
 */
export async function decodeFrames(bytes: Uint8Array, info: ImageInfo, count: number): Promise<Raw[]> {
  const share = Math.min(1, Math.sqrt(KEPT_FRAME_PIXELS / (info.width * info.height * count)));
  const most = {
    width: Math.min(MOST_WIDTH, Math.ceil(info.width * share)),
    height: Math.min(MOST_HEIGHT, Math.ceil(info.height * share)),
  };
  try {
    const picture = openPicture(bytes, info, count);
    // Alpha is premultiplied by sharp while it scales, so hidden colours never bleed in.
    if (info.width > most.width || info.height > most.height)
      picture.resize({ ...most, fit: "fill", kernel: "cubic", fastShrinkOnLoad: false });
    const { data, info: raw } = await picture
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    // Rows are cut by what was decoded, never by what a header said.
    const { width, pageHeight: height = raw.height, channels } = raw;
    const size = width * height * channels;
    if (size * count !== data.length)
      throw new Error(`${count} frames of ${width} × ${height} have ${data.length} bytes`);
    return Array.from({ length: count }, (_, i) => ({
      data: data.subarray(i * size, (i + 1) * size),
      width,
      height,
      channels,
    }));
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
  const limitInputPixels = frames === 1 ? MAX_PIXELS : MOST_FRAME_PIXELS;
  return info.format === "bmp"
    ? sharp(decodeBmp(bytes), { raw: { width: info.width, height: info.height, channels: 4 } })
    : sharp(bytes, { limitInputPixels, failOn: "error", pages: frames });
}

/** Any number of channels to RGB. Transparent parts turn white, or black if what is visible is light. */
export function flattened({ data, channels, width, height }: Raw): Picture {
  return { rgb: flatten(data, channels), width, height };
}

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
