import assert from "node:assert/strict";
import { test } from "node:test";
import sharp, { type Sharp } from "sharp";
import { bitmap } from "../../../test/support/bitmap.ts";
import { ImageError } from "../../protocol/inspect-image.ts";
import { measure } from "./decode.ts";
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH, fitInput, normalise, normaliseFrames } from "./normalise.ts";

const WIDTH = 96;
const HEIGHT = 32;

/** A black bar, x 10–79 and y 4–27, on white; as RGBA with the given colours and alphas. */
function bar(ink: number, inkAlpha: number, ground: number, groundAlpha: number): Sharp {
  const data = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = x >= 10 && x < 80 && y >= 4 && y < 28;
      const tone = inside ? ink : ground;
      data.set([tone, tone, tone, inside ? inkAlpha : groundAlpha], (y * WIDTH + x) * 4);
    }
  }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });
}

const opaque = (): Sharp => bar(0, 255, 255, 255).removeAlpha();

/** The red value at a place of the input given as shares of its width and height. */
function at(page: Uint8Array, x: number, y: number): number {
  return page[(Math.floor(y * INPUT_HEIGHT) * INPUT_WIDTH + Math.floor(x * INPUT_WIDTH)) * 3]!;
}

function assertBar(page: Uint8Array, name: string): void {
  assert.equal(page.length, INPUT_BYTES, name);
  assert.ok(at(page, 0.375, 0.5) < 40, `${name}: dark inside the bar`);
  assert.ok(at(page, 0.05, 0.5) > 215 && at(page, 0.9, 0.5) > 215, `${name}: light beside it`);
  assert.ok(at(page, 0.375, 0.05) > 215, `${name}: light above it`);
}

test("every supported format comes out as the same picture", async () => {
  const files: Record<string, Sharp> = {
    png: opaque().png(),
    "palette PNG": opaque().png({ palette: true }),
    "gray PNG": opaque().toColourspace("b-w").png(),
    "16-bit PNG": opaque().toColourspace("rgb16").png(),
    "16-bit gray PNG": opaque().toColourspace("grey16").png(),
    "1-bit PNG": opaque().toColourspace("b-w").png({ palette: true, colours: 2 }),
    jpeg: opaque().jpeg({ quality: 95 }),
    "gray JPEG": opaque().toColourspace("b-w").jpeg(),
    "CMYK JPEG": opaque().toColourspace("cmyk").jpeg(),
    gif: opaque().gif(),
    webp: opaque().webp(),
    tiff: opaque().tiff(),
  };
  for (const [name, file] of Object.entries(files)) assertBar(await normalise(await file.toBuffer()), name);
});

test("bitmaps are read: 24 and 32 bits, palettes, rows from the bottom or from the top", async () => {
  const pixels = { data: await opaque().raw().toBuffer(), width: WIDTH, height: HEIGHT };
  for (const bits of [1, 4, 8, 24, 32]) {
    for (const topDown of [false, true]) {
      assertBar(await normalise(bitmap(pixels, bits, topDown)), `${bits} bits, topDown ${topDown}`);
    }
  }
});

test("dark text on a transparent ground comes out dark on white", async () => {
  assertBar(await normalise(await bar(0, 255, 0, 0).png().toBuffer()), "black on transparent black");
  assertBar(
    await normalise(await bar(0, 255, 255, 0).webp({ lossless: true }).toBuffer()),
    "on transparent white",
  );
});

test("light text on a transparent ground comes out light on black", async () => {
  for (const hidden of [0, 255]) {
    const page = await normalise(await bar(250, 255, hidden, 0).png().toBuffer());
    assert.ok(at(page, 0.375, 0.5) > 215, "light inside the bar");
    assert.ok(at(page, 0.05, 0.5) < 40, "dark beside it");
  }
});

test("the first frame of an animation is read", async () => {
  const frames = await Promise.all(
    [opaque(), bar(255, 255, 255, 255).removeAlpha()].map((f) => f.png().toBuffer()),
  );
  const file = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  assertBar(await normalise(file), "animation");
});

test("a picture is stretched at most twofold and squeezed at most by half, then padded", () => {
  assert.deepEqual(fitInput(150, 50), { width: 192, height: 64 });
  assert.deepEqual(fitInput(400, 250), { width: 192, height: 64 });
  assert.deepEqual(fitInput(64, 64), { width: 128, height: 64 });
  assert.deepEqual(fitInput(1200, 100), { width: 192, height: 32 });
});

test("wide plain margins are cut off, narrow ones and those of a picture full of specks are not", async () => {
  const page = (left: number, top: number, specks: boolean): Promise<Buffer> => {
    const data = Buffer.alloc(600 * 200, 255);
    for (let y = 0; y < 40; y++) data.fill(0, (top + y) * 600 + left, (top + y) * 600 + left + 160);
    if (specks) for (let at = 0; at < data.length; at += 997) data[at] = data[at + 1] = data[at + 2] = 0;
    return sharp(data, { raw: { width: 600, height: 200, channels: 1 } })
      .png()
      .toBuffer();
  };
  for (const [left, top] of [
    [20, 20],
    [400, 140],
  ] as const) {
    // 160 × 40 with 10 around it, widened to 180 × 60: the bar is most of the page.
    const found = await normalise(await page(left, top, false));
    assert.ok(at(found, 0.1, 0.5) < 40 && at(found, 0.9, 0.5) < 40, "dark from end to end");
    assert.ok(at(found, 0.02, 0.5) > 215 && at(found, 0.5, 0.05) > 215, "light around it");
  }
  const kept = await normalise(await page(20, 20, true));
  assert.ok(at(kept, 0.1, 0.2) < 40 && at(kept, 0.5, 0.2) > 215, "where it was");
});

test("padding has the colour of the picture's border", async () => {
  const square = sharp({ create: { width: 50, height: 50, channels: 3, background: "#336699" } }).png();
  const page = await normalise(await square.toBuffer());
  assert.deepEqual([...page.subarray(191 * 3, 192 * 3)], [0x33, 0x66, 0x99]);
});

test("a damaged or cut-off picture is an ImageError, in every format", async () => {
  const noise = sharp({
    create: {
      width: 96,
      height: 32,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  });
  for (const format of ["png", "jpeg", "gif", "webp", "tiff"] as const) {
    const file = await noise.clone().toFormat(format).toBuffer();
    await assert.rejects(normalise(file.subarray(0, file.length * 0.6)), ImageError, format);
  }
  const pixels = { data: await opaque().raw().toBuffer(), width: WIDTH, height: HEIGHT };
  const bmp = bitmap(pixels, 24, false);
  await assert.rejects(normalise(bmp.subarray(0, 500)), ImageError);
});

test("a small file that claims 30,000 × 30,000 pixels is refused at once and without the memory for it", async () => {
  const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  file.writeUInt32BE(30_000, 16);
  file.writeUInt32BE(30_000, 20);
  const before = process.memoryUsage.rss();
  const started = process.cpuUsage();
  await assert.rejects(normalise(file), ImageError);
  assert.ok(process.cpuUsage(started).user < 200_000, "under 0.2 s of CPU time");
  assert.ok(process.memoryUsage.rss() - before < 50e6, "under 50 MB");
});

test("the frames of a GIF are as large as the first one, whatever the screen and the others say", async () => {
  const frames = [opaque(), bar(9, 255, 255, 255).removeAlpha()].map((frame) => frame.png().toBuffer());
  const file = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer();
  file.writeUInt32LE(0, 6);
  const second = file.lastIndexOf(Buffer.from([0x21, 0xf9, 4])) + 8;
  assert.equal(file[second], 0x2c, "an image descriptor");
  file.writeUInt16LE(5000, second + 1);
  assert.deepEqual(await measure(file), { format: "gif", width: WIDTH, height: HEIGHT, frames: 2 });
  for (const page of [await normalise(file), (await normaliseFrames(file, await measure(file), 2, 2))[0]!])
    assertBar(page, "the first frame");
});

test("a GIF whose frame is too large is refused by it, however small its screen is", async () => {
  const file = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#fff" } })
    .gif()
    .toBuffer();
  const frame = file.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 64, 0, 64, 0]));
  file.writeUInt16LE(30_000, frame + 5);
  await assert.rejects(
    normalise(file),
    (error) =>
      error instanceof ImageError && error.tooLarge && error.message.startsWith("The image is 30000 × 64"),
  );
});
