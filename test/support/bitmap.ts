export interface Pixels {
  /** RGB, row by row from the top. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Encodes pixels as a Windows bitmap. With 8 bits or fewer they become black and white. */
export function bitmap({ data, width, height }: Pixels, bits: number, topDown: boolean): Buffer {
  const colours = bits <= 8 ? 2 : 0;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const offset = 54 + colours * 4;
  const file = Buffer.alloc(offset + stride * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(colours, 46);
  if (colours > 0) file.writeUInt32LE(0x00ffffff, 58); // colour 0 black, colour 1 white
  for (let y = 0; y < height; y++) {
    const row = offset + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      if (bits >= 24) {
        const to = row + (x * bits) / 8;
        file.set([data[from + 2]!, data[from + 1]!, data[from]!], to);
      } else if (data[from]! > 127) file[row + ((x * bits) >> 3)]! |= 1 << (8 - bits - ((x * bits) & 7));
    }
  }
  return file;
}

/** A bitmap as OS/2 wrote it first: sizes of 16 bits, 24 bits a pixel. */
export function oldBitmap(pixels: Pixels): Buffer {
  const file = bitmap(pixels, 24, false);
  const header = Buffer.alloc(26);
  file.copy(header, 0, 0, 14);
  header.writeUInt32LE(26, 10);
  header.writeUInt32LE(12, 14);
  header.writeUInt16LE(pixels.width, 18);
  header.writeUInt16LE(pixels.height, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt16LE(24, 24);
  return Buffer.concat([header, file.subarray(54)]);
}

/** How many bits of a 16-bit pixel red, green and blue have: only the first layout needs no masks. */
export function packedBitmap({ data, width, height }: Pixels, layout: "555" | "565"): Buffer {
  const masks = layout === "555" ? [] : [0xf800, 0x7e0, 0x1f];
  const greens = layout === "555" ? 5 : 6;
  const stride = Math.ceil(width / 2) * 4;
  const rows = Buffer.alloc(stride * height);
  for (let i = 0; i < width * height; i++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(i * 3, i * 3 + 3);
    const pixel = ((red >> 3) << (5 + greens)) | ((green >> (8 - greens)) << 5) | (blue >> 3);
    rows.writeUInt16LE(pixel, stride * (height - 1 - Math.floor(i / width)) + (i % width) * 2);
  }
  const table = Buffer.alloc(masks.length * 4);
  masks.forEach((mask, i) => table.writeUInt32LE(mask, i * 4));
  return assemble({ width, height, bits: 16, compression: masks.length > 0 ? 3 : 0 }, table, rows);
}

/** A run-length bitmap in gray, RLE8 or RLE4 by its bits. */
export function runLengthBitmap({ data, width, height }: Pixels, bits: 8 | 4): Buffer {
  const colours = 1 << bits;
  const palette = Buffer.from(
    Array.from({ length: colours }, (_, n) => Math.round((n * 255) / (colours - 1))).flatMap((gray) => [
      gray,
      gray,
      gray,
      0,
    ]),
  );
  const rows: number[] = [];
  for (let y = height - 1; y >= 0; y--) {
    const row = Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]! >> (8 - bits));
    rows.push(...runsOf(row, bits), 0, 0);
  }
  rows.push(0, 1);
  return assemble({ width, height, bits, compression: bits === 8 ? 1 : 2 }, palette, Buffer.from(rows));
}

/** One row: runs of equal pixels, and what lies between them pixel by pixel where it is long enough for that. */
function runsOf(row: readonly number[], bits: 8 | 4): number[] {
  const packed = (pixels: readonly number[]): number[] =>
    bits === 8
      ? [...pixels]
      : Array.from(
          { length: Math.ceil(pixels.length / 2) },
          (_, i) => (pixels[2 * i]! << 4) | (pixels[2 * i + 1] ?? 0),
        );
  const out: number[] = [];
  for (let x = 0; x < row.length;) {
    let end = x + 1;
    while (end < row.length && end - x < 255 && row[end] === row[x]) end++;
    if (end - x === 1) {
      while (end < row.length && end - x < 255 && row[end] !== row[end - 1]) end++;
    }
    const part = row.slice(x, end);
    if (part.length >= 3 && part[0] !== part[1]) {
      const bytes = packed(part);
      out.push(0, part.length, ...bytes, ...(bytes.length % 2 === 1 ? [0] : []));
    } else if (part[0] === part[1] || part.length === 1) {
      out.push(part.length, ...packed([part[0]!, part[0]!]).slice(0, 1));
    } else {
      for (const pixel of part) out.push(1, ...packed([pixel, pixel]).slice(0, 1));
    }
    x = end;
  }
  return out;
}

interface Kind {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression: number;
}

function assemble({ width, height, bits, compression }: Kind, table: Buffer, rows: Buffer): Buffer {
  const head = Buffer.alloc(54);
  head.write("BM");
  head.writeUInt32LE(54 + table.length + rows.length, 2);
  head.writeUInt32LE(54 + table.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(rows.length, 34);
  return Buffer.concat([head, table, rows]);
}
