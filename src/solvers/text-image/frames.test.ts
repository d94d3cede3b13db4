import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { defaultModelDir } from "./card.ts";
import { inputsOf } from "./frames.ts";
import { mostPixels } from "./most-pixels.ts";
import { noHints } from "../../protocol/text-hints.ts";
import { openReader, type Reader } from "./reader.ts";

// Animations made of a golden picture that is read with ease when it stands still.

const PICTURE = fileURLToPath(new URL("../../../test/golden/captchapng-700003.png", import.meta.url));
const TEXT = "122613";

let reader: Reader;
let width = 0;
let height = 0;
let still: Buffer;
before(async () => {
  reader = await openReader(defaultModelDir());
  const picture = sharp(PICTURE).flatten({ background: "#fff" }).removeAlpha();
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  ({ width, height } = info);
  still = data;
});
after(() => reader.close());

/** The still picture, kept where `keep` says so; elsewhere the colour of its corner. */
function frame(keep: (x: number, y: number) => boolean): Buffer {
  const out = Buffer.from(still);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!keep(x, y)) out.set(still.subarray(0, 3), (y * width + x) * 3);
    }
  }
  return out;
}

/** Lines over the text, elsewhere in every frame. */
async function crossedOut(i: number): Promise<Buffer> {
  const lines = Array.from({ length: 3 }, (_, n) => {
    const at = (i * 37 + n * 29) % width;
    return `M${at} 0L${width - at} ${height}M0 ${(i * 11 + n * 7) % height}H${width}`;
  });
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${lines.join("")}" stroke="#204080" stroke-width="2"/></svg>`;
  return sharp(still, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(drawing) }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

async function animation(frames: readonly Buffer[], format: "gif" | "webp"): Promise<Buffer> {
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  const picture = sharp(Buffer.concat(frames), { raw });
  return format === "gif"
    ? picture.gif({ delay: frames.map(() => 100) }).toBuffer()
    : picture.webp({ lossless: true, delay: frames.map(() => 100) }).toBuffer();
}

async function read(image: Uint8Array): Promise<{ text: string; confidence: number }> {
  const [result] = await reader.read([{ image, hints: noHints }]);
  assert.ok(result?.kind === "reading", JSON.stringify(result));
  return result.reading;
}

const empty = (): Buffer => frame(() => false);
const digits = TEXT.length;
/** Where the i-th digit stands: the text fills the picture evenly but for its margins. */
const column = (x: number): number => Math.min(digits - 1, Math.floor((x / width) * digits));

const ANIMATIONS: Readonly<Record<string, () => Promise<readonly Buffer[]>>> = {
  "the text is in one frame only": async () => [empty(), empty(), frame(() => true), empty()],
  "the text is in the last frame only": async () => [empty(), frame(() => true)],
  "one letter after the other, each alone": async () =>
    Array.from({ length: digits }, (_, i) => frame((x) => column(x) === i)),
  "one letter after the other, and they stay": async () =>
    Array.from({ length: digits + 1 }, (_, i) => frame((x) => column(x) < i)),
  "lines that move over the text": () => Promise.all(Array.from({ length: 9 }, (_, i) => crossedOut(i))),
  "every frame the same": async () => [frame(() => true), frame(() => true), frame(() => true)],
};

for (const [name, frames] of Object.entries(ANIMATIONS)) {
  for (const format of ["gif", "webp"] as const) {
    test(`an animated ${format} is read: ${name}`, async (t) => {
      const { text, confidence } = await read(await animation(await frames(), format));
      t.diagnostic(`${confidence}`);
      assert.equal(text, TEXT);
      assert.ok(confidence > 0.3, `${confidence}`);
    });
  }
}

test("text in a late frame of many is read", async () => {
  const blank = empty();
  const dot = (i: number): Buffer => Buffer.from(blank).fill(0, i * 30, i * 30 + 3);
  const frames = Array.from({ length: 200 }, (_, i) => dot(i));
  const { text } = await read(await animation([...frames, frame(() => true)], "gif"));
  assert.equal(text, TEXT);
});

/** Golden pictures of the same kind, each with another text, as large as the first. */
const others = (): Promise<Buffer[]> =>
  Promise.all(
    [1, 2, 4, 5].map((n) =>
      sharp(PICTURE.replace("700003", `70000${n}`))
        .flatten({ background: "#fff" })
        .removeAlpha()
        .resize(width, height, { fit: "fill" })
        .raw()
        .toBuffer(),
    ),
  );
/** The letters one by one, all in the middle. */
const inPlace = (): Buffer[] =>
  Array.from({ length: digits }, (_, i) => {
    const from = Math.round((i * width) / digits);
    const to = Math.round(((i + 1) * width) / digits);
    const out = frame(() => false);
    const middle = Math.round((width - (to - from)) / 2);
    for (let y = 0; y < height; y++)
      still.copy(out, (y * width + middle) * 3, (y * width + from) * 3, (y * width + to) * 3);
    return out;
  });

const CONTRADICTORY = { "frames with a code each": others, "letters in one place": inPlace };
for (const [name, frames] of Object.entries(CONTRADICTORY)) {
  test(`frames that contradict one another leave no confidence: ${name}`, async (t) => {
    const { text, confidence } = await read(await animation(await frames(), "gif"));
    t.diagnostic(`${text} with ${confidence}`);
    assert.ok(confidence < 0.5, `${text} with ${confidence}`);
  });
}

test("frames that do not differ are read once", async () => {
  const same = await animation([frame(() => true), frame(() => true)], "gif");
  assert.equal((await inputsOf(same)).length, 1);
  const other = await animation([frame(() => true), empty()], "gif");
  assert.equal((await inputsOf(other)).length, 4);
});

test("how many pixels a file may have decoded is known without decoding it", async () => {
  const frames = Array.from({ length: 5 }, (_, i) => frame((x) => column(x) === i));
  const pixels = width * height;
  assert.equal(mostPixels(await animation(frames, "gif")), 5 * pixels);
  assert.ok(mostPixels(await animation(frames, "webp")) > 5 * pixels, "how many is not looked up");
  assert.equal(mostPixels(await animation(frames.slice(0, 1), "gif")), pixels);
  const still = sharp({ create: { width: 300, height: 200, channels: 3, background: "#fff" } });
  for (const file of [still.clone().png(), still.clone().gif(), still.clone().webp()])
    assert.equal(mostPixels(await file.toBuffer()), 60_000);
});

test("an animation of very many frames, or of very large ones, costs no more than some", async () => {
  const many = Array.from({ length: 600 }, (_, i) => frame((x) => x % 50 > i % 50));
  const bomb = await animation(many, "gif");
  const wide = { width: 700, height: 700 * 16, channels: 3 as const };
  const large = await sharp({ create: { ...wide, background: "#fff" } })
    .raw()
    .toBuffer()
    .then((data) => sharp(data, { raw: { ...wide, pageHeight: 700 } }))
    .then((picture) => picture.gif({ loop: 0, keepDuplicateFrames: true, effort: 1 }).toBuffer());
  for (const file of [bomb, large]) {
    const before = process.memoryUsage.rss();
    const started = process.cpuUsage();
    assert.ok((await inputsOf(file)).length <= 7);
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 1_500_000, `${user + system} µs`);
    assert.ok(process.memoryUsage.rss() - before < 100e6);
  }
});
