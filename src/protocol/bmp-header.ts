/** Where a bitmap's pixels are, and how they are written. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows run from the bottom of the picture unless this is set. */
  readonly topDown: boolean;
  /** Bits a pixel. */
  readonly bits: number;
  /** `fields`: a pixel's colours are where `masks` has their bits set; null for what is not read. */
  readonly encoding: "plain" | "runs" | "fields" | null;
  /** Where red, green and blue are in a pixel. */
  readonly masks: readonly [number, number, number];
  /** Where the pixels start, as the file says: it may lie. */
  readonly pixels: number;
  /** Where the palette starts, and the bytes of each of its colours. */
  readonly palette: number;
  readonly paletteEntry: 3 | 4;
}

/** The header of the first OS/2 has 16-bit sizes and is the only one of this length. */
const OLD_HEADER = 12;
/** OS/2's second header; it numbers the encodings that Windows does not have otherwise. */
const OS2_HEADER = 64;

/** Reads the header of a file that starts with `BM`; null if it is cut off or damaged. */
export function bmpHeader(bytes: Uint8Array): BmpHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) return null;
  const length = view.getUint32(14, true);
  const start = { pixels: view.getUint32(10, true), palette: 14 + length, masks: FIVE_BITS };
  if (length === OLD_HEADER) {
    const bits = view.getUint16(24, true);
    const [width, height] = [view.getUint16(18, true), view.getUint16(20, true)];
    return { ...start, width, height, topDown: false, bits, encoding: plainIf(bits), paletteEntry: 3 };
  }
  // Shorter forms of the usual header leave out its end, down to 16 bytes.
  if (length < 16 || length > bytes.length || bytes.length < 34) return null;
  const bits = view.getUint16(28, true);
  const compression = length < 20 ? 0 : view.getUint32(30, true);
  const masked = compression === 3 && length !== OS2_HEADER && bytes.length >= 66;
  return {
    ...start,
    width: view.getInt32(18, true),
    height: Math.abs(view.getInt32(22, true)),
    topDown: view.getInt32(22, true) < 0,
    bits,
    encoding: encodingOf(compression, bits, masked),
    masks: masked
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : FIVE_BITS,
    paletteEntry: 4,
  };
}

/** Of 16-bit pixels whose header has no masks. */
const FIVE_BITS = [0x7c00, 0x3e0, 0x1f] as const;

function plainIf(bits: number): "plain" | null {
  return [1, 4, 8, 24, 32].includes(bits) ? "plain" : null;
}

function encodingOf(compression: number, bits: number, masked: boolean): BmpHeader["encoding"] {
  if (compression === 0) return bits === 16 ? "fields" : plainIf(bits);
  if (compression === 1) return bits === 8 ? "runs" : null;
  if (compression === 2) return bits === 4 ? "runs" : null;
  return masked && (bits === 16 || bits === 32) ? "fields" : null;
}
