import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bitmap,
  oldBitmap,
  packedBitmap,
  runLengthBitmap,
  type Pixels,
} from "../../../test/support/bitmap.ts";
import { ImageError } from "../../protocol/inspect-image.ts";
import { decodeBmp } from "./bmp.ts";

/** Every pixel another gray in places, long runs in others; an odd width. */
const width = 37;
const height = 11;
const pixels = ({ gray }: { gray: boolean }): Pixels => {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    const value = x < 14 ? 240 : x * 6 + Math.floor(i / 3 / width);
    return gray ? value : value ^ ((i % 3) * 77);
  });
  return { data, width, height };
};

function assertAlike(rgba: Uint8Array, { data }: Pixels, tolerance: number): void {
  assert.equal(rgba.length, width * height * 4);
  for (let i = 0; i < width * height; i++) {
    assert.equal(rgba[i * 4 + 3], 255);
    for (const channel of [0, 1, 2]) {
      const [got, expected] = [rgba[i * 4 + channel]!, data[i * 3 + channel]!];
      assert.ok(
        Math.abs(got - expected) <= tolerance,
        `pixel ${i}, channel ${channel}: ${got}, not ${expected}`,
      );
    }
  }
}

test("every kind of bitmap keeps its colours as far as its bits go", () => {
  const [coloured, gray] = [pixels({ gray: false }), pixels({ gray: true })];
  assertAlike(decodeBmp(bitmap(coloured, 24, true)), coloured, 0);
  assertAlike(decodeBmp(bitmap(coloured, 32, false)), coloured, 0);
  assertAlike(decodeBmp(oldBitmap(coloured)), coloured, 0);
  assertAlike(decodeBmp(packedBitmap(coloured, "555")), coloured, 8);
  assertAlike(decodeBmp(packedBitmap(coloured, "565")), coloured, 8);
  assertAlike(decodeBmp(runLengthBitmap(gray, 8)), gray, 0);
  assertAlike(decodeBmp(runLengthBitmap(gray, 4)), gray, 16);
});

test("32-bit pixels have their colours where the masks say", () => {
  const coloured = pixels({ gray: false });
  const file = bitmap(coloured, 32, false);
  const rows = file.subarray(54);
  for (let at = 0; at < rows.length; at += 4) rows.subarray(at, at + 4).reverse();
  const masks = Buffer.alloc(12);
  [0xff00, 0xff0000, 0xff000000].forEach((mask, i) => masks.writeUInt32LE(mask, i * 4));
  file.writeUInt32LE(3, 30);
  file.writeUInt32LE(66, 10);
  assertAlike(decodeBmp(Buffer.concat([file.subarray(0, 54), masks, rows])), coloured, 0);
});

test("runs that leave pixels out, or go over the edge, paint nothing where they should not", () => {
  const runs = (...rows: number[]): Uint8Array => {
    const file = runLengthBitmap({ data: new Uint8Array(4 * 3 * 3), width: 4, height: 3 }, 8);
    const start = file.readUInt32LE(10);
    return decodeBmp(Buffer.concat([file.subarray(0, start), Buffer.from(rows)])).filter(
      (_, i) => i % 4 === 0,
    );
  };
  const [row, end] = [
    [0, 0],
    [0, 1],
  ];
  assert.deepEqual([...runs(9, 7, ...row, 1, 5, ...end)], [0, 0, 0, 0, 5, 0, 0, 0, 7, 7, 7, 7]);
  assert.deepEqual([...runs(1, 7, 0, 2, 2, 1, 3, 8, ...end)], [0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0]);
  assert.deepEqual(
    [...runs(0, 6, 1, 2, 3, 4, 5, 6, ...row, 2, 9, ...end)].slice(4),
    [9, 9, 0, 0, 1, 2, 3, 4],
  );
  assert.deepEqual([...runs(0, 2, 255, 255, 4, 9)], Array<number>(12).fill(0));
});

test("a bitmap that is cut off is refused, whatever it is encoded in", () => {
  const [coloured, gray] = [pixels({ gray: false }), pixels({ gray: true })];
  const files = [
    bitmap(coloured, 24, false),
    oldBitmap(coloured),
    packedBitmap(coloured, "565"),
    runLengthBitmap(gray, 8),
    runLengthBitmap(gray, 4),
  ];
  for (const file of files) {
    assert.throws(() => decodeBmp(file.subarray(0, file.length - 30)), ImageError);
    // Wherever it is cut: an ImageError or a picture, never another fault.
    for (let length = 0; length < file.length; length += 1) {
      try {
        decodeBmp(file.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof ImageError, `${length} bytes: ${String(error)}`);
      }
    }
  }
});

test("the largest picture of nothing but full runs is unpacked in bounded time", () => {
  const file = runLengthBitmap({ data: new Uint8Array(3), width: 1, height: 1 }, 8);
  file.writeInt32LE(2000, 18);
  file.writeInt32LE(2000, 22);
  const start = file.readUInt32LE(10);
  // Runs over the edge of the first row, for as many bytes as a picture may have.
  const runs = Buffer.concat([file.subarray(0, start), Buffer.alloc(500_000, 255)]);
  const before = process.cpuUsage();
  assert.throws(() => decodeBmp(runs), /cut off/);
  assert.ok(process.cpuUsage(before).user < 2_000_000, "under 2 s of CPU time");
});
