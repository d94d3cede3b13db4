import { ImageError, inspectImage } from "../../protocol/inspect-image.ts";

/**
 * Decodes an uncompressed Windows bitmap (1, 4, 8, 24 or 32 bits a pixel) to RGBA, top row first.
 * sharp's libvips has no BMP reader. Run-length and 16-bit bitmaps are refused with an `ImageError`.
 */
export function decodeBmp(bytes: Uint8Array): Uint8Array {
  const { width, height } = inspectImage(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = view.getUint32(10, true);
  const headerSize = view.getUint32(14, true);
  const old = headerSize < 40; // OS/2 header: 16-bit sizes, palette entries of 3 bytes
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? 0 : view.getUint32(30, true);
  const plainFields = compression === 3 && bits === 32;
  if (![1, 4, 8, 24, 32].includes(bits) || (compression !== 0 && !plainFields)) {
    throw new ImageError("This kind of BMP (compressed or 16-bit) is not read. Send it as PNG.");
  }
  const topDown = !old && view.getInt32(22, true) < 0;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (offset + stride * height > bytes.length) {
    throw new ImageError("The BMP image is cut off. Send the complete file.");
  }
  const palette = 14 + headerSize;
  const entry = old ? 3 : 4;
  const out = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const row = offset + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const from = bits >= 24 ? row + x * (bits / 8) : palette + indexAt(bytes, row, x, bits) * entry;
      const to = (y * width + x) * 4;
      out[to] = bytes[from + 2]!;
      out[to + 1] = bytes[from + 1]!;
      out[to + 2] = bytes[from]!;
      // The fourth byte of 32-bit bitmaps is unused far more often than it is alpha.
      out[to + 3] = 255;
    }
  }
  return out;
}

function indexAt(bytes: Uint8Array, row: number, x: number, bits: number): number {
  const byte = bytes[row + ((x * bits) >> 3)]!;
  const shift = 8 - bits - ((x * bits) & 7);
  return (byte >> shift) & ((1 << bits) - 1);
}
