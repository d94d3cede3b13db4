/** More pixels than this are refused before anything is decoded (a 24-bit picture of 12 MB). */
export const MAX_PIXELS = 4_000_000;

/** Longer sides than this are refused: no line of text needs them, and decoders allocate by row. */
export const MAX_SIDE = 16_384;

/** The picture cannot be used. The message says what is wrong and what to send instead; it may be shown to the caller. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

export type ImageFormat = "png" | "jpeg" | "gif" | "webp" | "tiff" | "bmp";

export interface ImageInfo {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

type Size = { width: number; height: number } | null;

/**
 * Reads only the header: format and size in pixels, in microseconds and without decoding.
 * Throws an `ImageError` for what is no supported picture, and for too many pixels.
 */
export function inspectImage(bytes: Uint8Array): ImageInfo {
  if (bytes.length === 0)
    throw new ImageError("The image is empty. Send the bytes of an image file in Base64.");
  const format = formatOf(bytes);
  if (format === null) throw new ImageError(explainUnknown(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = sizeOf(format, view);
  if (size === null || size.width < 1 || size.height < 1) {
    throw new ImageError(
      `The image starts like a ${format.toUpperCase()} file but its header is cut off or damaged. Send the complete file.`,
    );
  }
  const { width, height } = size;
  if (width * height > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE) {
    throw new ImageError(
      `The image is ${width} × ${height} pixels; at most ${MAX_PIXELS / 1_000_000} million pixels and ${MAX_SIDE} a side are read. Scale it down or cut out the text.`,
    );
  }
  return { format, width, height };
}

function ascii(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function formatOf(bytes: Uint8Array): ImageFormat | null {
  if (ascii(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  const six = ascii(bytes, 0, 6);
  if (six === "GIF89a" || six === "GIF87a") return "gif";
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "WEBP") return "webp";
  const four = ascii(bytes, 0, 4);
  if (four === "II*\0" || four === "MM\0*") return "tiff";
  if (four.startsWith("BM") && bytes.length > 26) return "bmp";
  return null;
}

function explainUnknown(bytes: Uint8Array): string {
  const start = ascii(bytes, 0, 256).trimStart().toLowerCase();
  if (start.startsWith("<svg") || (start.startsWith("<?xml") && start.includes("<svg"))) {
    return "SVG images are not read. Render it and send a PNG, JPEG, GIF, WebP, TIFF or BMP file.";
  }
  if (start.startsWith("<")) {
    return "This is a text page (HTML or XML), not an image. Send a PNG, JPEG, GIF, WebP, TIFF or BMP file.";
  }
  if (start.startsWith("data:")) {
    return 'The decoded body starts with "data:": the image was encoded twice. Send the Base64 of the image file itself.';
  }
  return "This is not an image in a known format. Send a PNG, JPEG, GIF, WebP, TIFF or BMP file.";
}

function sizeOf(format: ImageFormat, view: DataView): Size {
  try {
    if (format === "png") return { width: view.getUint32(16), height: view.getUint32(20) };
    if (format === "gif") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (format === "bmp") return bmpSize(view);
    if (format === "webp") return webpSize(view);
    if (format === "tiff") return tiffSize(view);
    return jpegSize(view);
  } catch {
    return null; // a read past the end: the header is cut off
  }
}

function bmpSize(view: DataView): Size {
  if (view.getUint32(14, true) < 40) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  }
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

function webpSize(view: DataView): Size {
  const kind = view.getUint32(12);
  if (kind === 0x56503858) {
    // "VP8X": 24-bit canvas size minus one
    const at = (offset: number): number =>
      view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16) + 1;
    return { width: at(24), height: at(27) };
  }
  if (kind === 0x5650384c) {
    // "VP8L": two 14-bit numbers, minus one
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

function tiffSize(view: DataView): Size {
  const little = view.getUint8(0) === 0x49;
  const directory = view.getUint32(4, little);
  const entries = view.getUint16(directory, little);
  let width = 0;
  let height = 0;
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12;
    const tag = view.getUint16(at, little);
    if (tag !== 256 && tag !== 257) continue;
    const value =
      view.getUint16(at + 2, little) === 3 ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    if (tag === 256) width = value;
    else height = value;
  }
  return { width, height };
}

/** Walks the segments up to the frame header (SOF0–SOF15 without the three that are not frames). */
function jpegSize(view: DataView): Size {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
