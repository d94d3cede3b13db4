import { bmpHeader, type BmpHeader } from "../../protocol/bmp-header.ts";
import { ImageError, inspectImage } from "../../protocol/inspect-image.ts";

/**
 * Decodes a Windows or OS/2 bitmap to opaque RGBA, top row first: transparency in bitmaps is unused far more often than meant.
 * sharp's libvips has no BMP reader. Throws an `ImageError` for what is cut off.
 */
export function decodeBmp(bytes: Uint8Array): Uint8Array {
  inspectImage(bytes); // refuses what has too many pixels, or no encoding that is read
  const header = bmpHeader(bytes)!;
  const { width, height, topDown } = header;
  const paint = painter(bytes, header);
  const out = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0, to = 0; y < height; y++) {
    const row = topDown ? y : height - 1 - y;
    for (let x = 0; x < width; x++, to += 4) paint(row, x, out, to);
  }
  return out;
}

/** Writes red, green and blue of a pixel, found by the row's place in the file and its own in the row. */
type Paint = (row: number, x: number, out: Uint8Array, to: number) => void;

function painter(bytes: Uint8Array, header: BmpHeader): Paint {
  const { width, height, bits, encoding, masks, pixels, palette, paletteEntry } = header;
  const copy = (from: number, out: Uint8Array, to: number): void => {
    out[to] = bytes[from + 2]!;
    out[to + 1] = bytes[from + 1]!;
    out[to + 2] = bytes[from]!;
  };
  if (encoding === "runs") {
    const indices = unpackRuns(bytes, header);
    return (row, x, out, to) => copy(palette + indices[row * width + x]! * paletteEntry, out, to);
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixels + stride * height > bytes.length) throw cutOff();
  if (encoding === "fields") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [red, green, blue] = masks.map(colourIn);
    return (row, x, out, to) => {
      const at = pixels + stride * row + (x * bits) / 8;
      const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
      out[to] = red!(pixel);
      out[to + 1] = green!(pixel);
      out[to + 2] = blue!(pixel);
    };
  }
  if (bits >= 24) return (row, x, out, to) => copy(pixels + stride * row + (x * bits) / 8, out, to);
  return (row, x, out, to) =>
    copy(palette + indexAt(bytes, pixels + stride * row, x, bits) * paletteEntry, out, to);
}

function indexAt(bytes: Uint8Array, row: number, x: number, bits: number): number {
  const byte = bytes[row + ((x * bits) >> 3)]!;
  const shift = 8 - bits - ((x * bits) & 7);
  return (byte >> shift) & ((1 << bits) - 1);
}

/** One colour of a pixel from 0 to 255, from the bits that the mask has set. */
function colourIn(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

/**
 * The colour numbers of a run-length bitmap (RLE8 or RLE4), in the file's order of rows. What is skipped has number 0.
 * Never goes back, and writes no pixel outside: its time is bounded by the file's length and the picture's size.
 */
function unpackRuns(bytes: Uint8Array, { width, height, bits, pixels }: BmpHeader): Uint8Array {
  const out = new Uint8Array(width * height);
  const numberIn = (byte: number, n: number): number =>
    bits === 8 ? byte : n % 2 === 0 ? byte >> 4 : byte & 15;
  let [x, y, at] = [0, 0, pixels];
  while (at + 1 < bytes.length && y < height) {
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const end = Math.min(width, x + count);
      for (let n = 0; x < end; n++, x++) out[y * width + x] = numberIn(value, n);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return out;
    } else if (value === 2) {
      x = Math.min(width, x + (bytes[at] ?? 0));
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const end = Math.min(width, x + value);
      for (let n = 0; x < end; n++, x++) out[y * width + x] = numberIn(bytes[at + ((n * bits) >> 3)] ?? 0, n);
      at += Math.ceil((value * bits) / 16) * 2;
    }
  }
  // The mark at the end may be missing, pixels may not.
  if (y < height - 1 || (y === height - 1 && x < width)) throw cutOff();
  return out;
}

function cutOff(): ImageError {
  return new ImageError("The BMP image is cut off. Send the complete file.");
}
