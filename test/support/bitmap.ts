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
