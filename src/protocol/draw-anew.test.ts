import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawAnew } from "./draw-anew.ts";
import { ProtocolError } from "./errors.ts";
import { checkSvg } from "./svg.ts";

/** Draws for seconds although it is small, simple and let through: 400 circles of a million pixels. */
function heavy(): Buffer {
  const circle = '<circle cx="500" cy="500" r="700" fill="url(#g)"/>';
  const gradient =
    '<radialGradient id="g"><stop stop-color="#123"/><stop offset="1" stop-color="#fed"/></radialGradient>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"><defs>${gradient}</defs>${circle.repeat(400)}</svg>`;
  checkSvg(Buffer.from(svg));
  return Buffer.from(svg);
}

const light = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><path d="M10 10 90 30" stroke="#345"/></svg>',
);

async function sizeOf(drawing: Promise<Buffer>): Promise<string> {
  const { format, width, height } = await sharp(await drawing).metadata();
  return `${format} ${width} × ${height}`;
}

test("drawings that take very long are refused in their own words and hold up no picture beside them", async () => {
  await drawAnew(light, true);
  const png = await sharp({ create: { width: 120, height: 40, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  // As many as there are threads for decoding; they wait for one another.
  const events: string[] = [];
  const refusals = Array.from({ length: 4 }, async () => {
    const refusal = await drawAnew(heavy(), true).catch((error: unknown) => error);
    events.push("refused");
    return refusal;
  });
  for (let i = 0; i < 20; i++) {
    await sharp(png).raw().toBuffer();
    events.push("read");
  }
  assert.equal(events.indexOf("refused"), -1, events.join(", "));
  const first = await Promise.race(refusals);
  assert.ok(first instanceof ProtocolError, String(first));
  assert.match(first.message, /too complicated: it takes more than 2 seconds/);
  await Promise.all(refusals);
  assert.equal(await sizeOf(drawAnew(light, true)), "png 120 × 40");
});

test("a drawing that cannot be drawn says so, and the next one is drawn", async () => {
  const broken = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path');
  await assert.rejects(drawAnew(broken, true), /damaged, has no size, or more than 1000000 pixels/);
  assert.equal(await sizeOf(drawAnew(light, true)), "png 120 × 40");
});
