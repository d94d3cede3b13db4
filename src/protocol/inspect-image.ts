import { imageSize } from "image-size";
import { bmpHeader, type BmpHeader } from "./bmp-header.ts";
import { gifFrames } from "./gif.ts";

/** More pixels than this are refused before anything is decoded (a 24-bit picture of 12 MB). */
export const MAX_PIXELS = 4_000_000;

/** Longer sides than this are refused: no line of text needs them, and decoders allocate by row. */
export const MAX_SIDE = 16_384;

/** The picture cannot be used. The message says what is wrong and what to send instead; it may be shown to the caller. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  /** Whether it has too many pixels; otherwise it is no picture that can be read. */
  readonly tooLarge: boolean;

  constructor(message: string, options: { readonly tooLarge?: boolean; readonly cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.tooLarge = options.tooLarge ?? false;
  }
}

export type ImageFormat = "png" | "jpeg" | "gif" | "webp" | "tiff" | "bmp";

export interface ImageInfo {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads only the header: format and size in pixels, in microseconds and without decoding.
 * Throws an `ImageError` for what is no supported picture, and for too many pixels.
 */
export function inspectImage(bytes: Uint8Array): ImageInfo {
  if (bytes.length === 0)
    throw new ImageError("The image is empty. Send the bytes of an image file in Base64.");
  const format = formatOf(bytes);
  if (format === null) throw new ImageError(explainUnknown(bytes));
  const size = sizeOf(bytes, format);
  if (size === null || size.width < 1 || size.height < 1) {
    throw new ImageError(
      `The image starts like a ${format.toUpperCase()} file but its header is cut off or damaged. Send the complete file.`,
    );
  }
  const { width, height } = size;
  checkSize(width, height);
  if ("encoding" in size && size.encoding === null) {
    throw new ImageError(
      "The BMP image is encoded in a way that is not read, such as JPEG within BMP. Send it as PNG.",
    );
  }
  return { format, width, height };
}

/** Throws an `ImageError` for a picture of more than MAX_PIXELS, or of a longer side than MAX_SIDE. */
export function checkSize(width: number, height: number): void {
  if (width * height > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE) {
    throw new ImageError(
      `The image is ${width} × ${height} pixels; at most ${MAX_PIXELS / 1_000_000} million pixels and ${MAX_SIDE} a side are read. Scale it down or cut out the text.`,
      { tooLarge: true },
    );
  }
}

function startsWith(bytes: Uint8Array, text: string, from = 0): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}

/** What a file is by its first bytes; null for what is no picture. */
export function formatOf(bytes: Uint8Array): ImageFormat | null {
  if (startsWith(bytes, "\x89PNG\r\n\x1a\n")) return "png";
  if (startsWith(bytes, "\xff\xd8\xff")) return "jpeg";
  if (startsWith(bytes, "GIF89a") || startsWith(bytes, "GIF87a")) return "gif";
  if (startsWith(bytes, "RIFF") && startsWith(bytes, "WEBP", 8)) return "webp";
  if (startsWith(bytes, "II*\0") || startsWith(bytes, "MM\0*")) return "tiff";
  if (startsWith(bytes, "BM") && bytes.length > 26) return "bmp";
  return null;
}

function explainUnknown(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 256))
    .trimStart()
    .toLowerCase();
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

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf(bytes: Uint8Array, format: ImageFormat): Size | BmpHeader | null {
  if (format === "jpeg") return jpegSize(bytes);
  if (format === "bmp") return bmpHeader(bytes);
  if (format === "gif") return gifSize(bytes);
  try {
    return imageSize(bytes);
  } catch {
    return null; // the header is cut off
  }
}

/**
 * The screen of a GIF file (GIF89a, 18 to 26), made as large as the first frame needs, as libvips does. Some encoders
 * write 0 × 0. Later frames change nothing.
 */
function gifSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 13) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const [frame] = gifFrames(bytes);
  if (frame === undefined) return { width, height };
  return {
    width: Math.max(width, frame.left + frame.width),
    height: Math.max(height, frame.top + frame.height),
  };
}

/** From the frame header of a JPEG file (ITU T.81, B.1.1 and B.2.2): every segment is stepped over, never searched through. */
function jpegSize(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
