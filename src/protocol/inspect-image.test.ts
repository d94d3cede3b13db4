import assert from "node:assert/strict";
import { test } from "node:test";
import sharp, { type Sharp } from "sharp";
import { bitmap, oldBitmap, packedBitmap, runLengthBitmap } from "../../test/support/bitmap.ts";
import { ImageError, MAX_PIXELS, inspectImage } from "./inspect-image.ts";

const blank = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: "#fff" } });

/** A PNG header that claims any size; 33 bytes, no pixels. */
function pngClaiming(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write("\x89PNG\r\n\x1a\n", "latin1");
  bytes.writeUInt32BE(13, 8);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes[24] = 8;
  return bytes;
}

test("format and size are read from the header of every supported format", async () => {
  const picture = blank(151, 53);
  const files = {
    png: picture.clone().png(),
    jpeg: picture.clone().jpeg({ progressive: true }),
    gif: picture.clone().gif(),
    tiff: picture.clone().tiff(),
  };
  for (const [format, file] of Object.entries(files)) {
    assert.deepEqual(inspectImage(await file.toBuffer()), { format, width: 151, height: 53 });
  }
  const alpha = sharp({ create: { width: 151, height: 53, channels: 4, background: "#0008" } });
  for (const webp of [picture.clone().webp(), picture.clone().webp({ lossless: true }), alpha.webp()]) {
    assert.deepEqual(inspectImage(await webp.toBuffer()), { format: "webp", width: 151, height: 53 });
  }
});

test("the size of a JPEG is found behind metadata that holds a thumbnail-sized segment", async () => {
  const file = await blank(40, 30)
    .withExif({ IFD0: { Copyright: "x".repeat(3000) } })
    .jpeg()
    .toBuffer();
  assert.deepEqual(inspectImage(file), { format: "jpeg", width: 40, height: 30 });
});

test("a JPEG whose segments do not follow one another is refused at once, however long it is", () => {
  const zeros = Buffer.concat([Buffer.from("\xff\xd8\xff\xe0", "latin1"), Buffer.alloc(20_000_000)]);
  const started = performance.now();
  assert.throws(() => inspectImage(zeros), /cut off or damaged/);
  assert.ok(performance.now() - started < 500, "searched through");
});

test("fill bytes between the segments of a JPEG are allowed", async () => {
  const file = await blank(40, 30).jpeg().toBuffer();
  const filled = Buffer.concat([file.subarray(0, 2), Buffer.alloc(3, 0xff), file.subarray(2)]);
  assert.deepEqual(inspectImage(filled), { format: "jpeg", width: 40, height: 30 });
});

test("the size of a bitmap is read by the length of its header, however its pixels are written", () => {
  const pixels = { data: new Uint8Array(151 * 53 * 3), width: 151, height: 53 };
  const files = [
    ...[1, 4, 8, 24, 32].map((bits) => bitmap(pixels, bits, bits === 24)),
    oldBitmap(pixels),
    packedBitmap(pixels, "555"),
    packedBitmap(pixels, "565"),
    runLengthBitmap(pixels, 8),
    runLengthBitmap(pixels, 4),
  ];
  for (const file of files) {
    assert.deepEqual(inspectImage(file), { format: "bmp", width: 151, height: 53 });
  }
});

/** A bitmap whose header says something else at a place. */
function bmpSaying(at: number, value: number): Buffer {
  const file = bitmap({ data: new Uint8Array(300), width: 10, height: 10 }, 24, false);
  file.writeInt32LE(value, at);
  return file;
}

test("a GIF is as large as its first frame, if that is larger than its screen", async () => {
  const file = await sharp({ create: { width: 151, height: 53, channels: 4, background: "#fff8" } })
    .gif()
    .toBuffer();
  for (const [width, height] of [
    [0, 0],
    [1, 1],
    [151, 0],
  ] as const) {
    file.writeUInt16LE(width, 6);
    file.writeUInt16LE(height, 8);
    assert.deepEqual(inspectImage(file), { format: "gif", width: 151, height: 53 });
  }
  file.writeUInt16LE(200, 6);
  assert.deepEqual(inspectImage(file), { format: "gif", width: 200, height: 53 });
  const header = file.subarray(0, 13);
  header.writeUInt16LE(0, 6);
  assert.throws(() => inspectImage(header), /cut off or damaged/);
});

test("the header alone is enough, so a cut-off picture still passes here", async () => {
  const file = await blank(151, 53).png().toBuffer();
  assert.equal(inspectImage(file.subarray(0, 33)).width, 151);
});

const refused: [string, Uint8Array, RegExp][] = [
  ["nothing", new Uint8Array(0), /empty/],
  ["text", Buffer.from("hello"), /not an image/],
  ["SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG images are not read/],
  ["SVG with a prolog", Buffer.from('\n<?xml version="1.0"?>\n<svg/>'), /SVG images are not read/],
  ["a web page", Buffer.from("<!doctype html><title>403</title>"), /text page/],
  ["a data URL in Base64 in Base64", Buffer.from("data:image/png;base64,iVBOR"), /encoded twice/],
  ["a PNG signature alone", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /cut off or damaged/],
  ["a PNG of no width", pngClaiming(0, 40), /damaged/],
  [
    "a JPEG without a frame",
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xd9]),
    /cut off or damaged/,
  ],
  [
    "30,000 × 30,000 pixels in 33 bytes",
    pngClaiming(30_000, 30_000),
    /30000 × 30000 pixels; at most 4 million/,
  ],
  ["a JPEG within a BMP", bmpSaying(30, 4), /encoded in a way that is not read.*Send it as PNG/],
  ["a BMP of 2 bits a pixel", bmpSaying(28, 2), /encoded in a way that is not read/],
  ["a BMP whose header has no known length", bmpSaying(14, 13), /cut off or damaged/],
  ["a BMP whose header is longer than the file", bmpSaying(14, 4000), /cut off or damaged/],
  ["a BMP of negative width", bmpSaying(18, -10), /cut off or damaged/],
  ["a BMP of 2³¹ rows", bmpSaying(22, -(2 ** 31)), /10 × 2147483648 pixels/],
  ["a very long thin picture", pngClaiming(60_000, 10), /16384 a side/],
];

for (const [name, bytes, sentence] of refused) {
  test(`refused with a sentence that says why: ${name}`, () => {
    assert.throws(
      () => inspectImage(bytes),
      (error) => error instanceof ImageError && sentence.test(error.message),
    );
  });
}

test("the largest picture allowed is allowed", () => {
  assert.equal(inspectImage(pngClaiming(2000, MAX_PIXELS / 2000)).height, 2000);
  assert.throws(() => inspectImage(pngClaiming(2000, MAX_PIXELS / 2000 + 1)), ImageError);
});
