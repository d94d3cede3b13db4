import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { resample, type Picture } from "./resample.ts";

/** Coloured discs on white, drawn by libvips: smooth and sharp places. */
async function discs(width: number, height: number): Promise<Picture> {
  const circles = Array.from(
    { length: 12 },
    (_, i) =>
      `<circle cx="${(i * 37) % width}" cy="${(i * 23) % height}" r="${4 + i}" fill="hsl(${i * 40},80%,40%)"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${circles.join("")}</svg>`;
  const rgb = await sharp(Buffer.from(svg)).flatten({ background: "#fff" }).removeAlpha().raw().toBuffer();
  return { rgb, width, height };
}

async function byLibvips(
  { rgb, width, height }: Picture,
  toWidth: number,
  toHeight: number,
): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(toWidth, toHeight, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
}

test("a picture comes out as libvips's cubic resampling has it, larger and smaller", async () => {
  for (const [width, height] of [
    [100, 30],
    [300, 100],
    [400, 250],
    [60, 20],
  ] as const) {
    const picture = await discs(width, height);
    const ours = resample(picture, { left: 0, top: 0, width, height }, 192, 64).rgb;
    const theirs = await byLibvips(picture, 192, 64);
    assert.equal(ours.length, theirs.length);
    const gaps = ours.map((value, i) => Math.abs(value - theirs[i]!));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    assert.ok(mean < 0.6, `${width} × ${height}: ${mean} levels apart on average`);
  }
});

test("a part is scaled as if it were the whole picture", async () => {
  const picture = await discs(200, 80);
  const part = { left: 30, top: 10, width: 90, height: 40 };
  const alone = await sharp(picture.rgb, { raw: { width: 200, height: 80, channels: 3 } })
    .extract(part)
    .raw()
    .toBuffer();
  const cut = { rgb: alone, width: 90, height: 40 };
  assert.deepEqual(
    resample(picture, part, 192, 64),
    resample(cut, { left: 0, top: 0, width: 90, height: 40 }, 192, 64),
  );
});

test("one colour stays that colour, down to a picture of one pixel", () => {
  for (const side of [1, 2, 7, 500]) {
    const picture = { rgb: new Uint8Array(side * side * 3).fill(201), width: side, height: side };
    const { rgb } = resample(picture, { left: 0, top: 0, width: side, height: side }, 128, 64);
    assert.ok(
      rgb.every((value) => value === 201),
      `${side} pixels a side`,
    );
  }
});
