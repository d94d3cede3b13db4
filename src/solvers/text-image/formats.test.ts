import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import {
  bitmap,
  oldBitmap,
  packedBitmap,
  runLengthBitmap,
  type Pixels,
} from "../../../test/support/bitmap.ts";
import { decodePicture } from "../../protocol/picture.ts";
import { defaultModelDir } from "./card.ts";
import { noHints } from "../../protocol/text-hints.ts";
import { openReader, type Reader } from "./reader.ts";

// Golden pictures in every form that a client may send them in: each must be read as before, not only decoded.

const golden = fileURLToPath(new URL("../../../test/golden/", import.meta.url));
const PICTURES: Readonly<Record<string, string>> = {
  "svg-captcha-700001.png": "jJDH",
  "captchapng-700002.png": "205826",
  "captcha-canvas-700002.png": "07724B",
};

let reader: Reader;
before(async () => {
  reader = await openReader(defaultModelDir());
});
after(() => reader.close());

async function read(image: Uint8Array): Promise<{ text: string; confidence: number }> {
  const [result] = await reader.read([{ image, hints: noHints }]);
  assert.ok(result?.kind === "reading", JSON.stringify(result));
  return result.reading;
}

/** The golden picture as plain pixels on white. */
async function opaque(file: string): Promise<Sharp> {
  const flat = sharp(golden + file).flatten({ background: "#fff" });
  const { data, info } = await flat.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
}

/** Letters of one colour whose transparency is the picture's lightness. */
async function inkOnNothing(file: string, ink: number): Promise<Sharp> {
  const gray = (await opaque(file)).grayscale().normalise();
  const { data, info } = await gray.raw().toBuffer({ resolveWithObject: true });
  const out = Buffer.alloc(info.width * info.height * 4, ink);
  for (let i = 0; i < info.width * info.height; i++) out[i * 4 + 3] = 255 - data[i * info.channels]!;
  return sharp(out, { raw: { width: info.width, height: info.height, channels: 4 } });
}

async function pixelsOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

async function grayOf(file: string): Promise<Pixels> {
  const { data, width, height } = await pixelsOf((await opaque(file)).grayscale().toColourspace("b-w"));
  return {
    data: Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]!),
    width,
    height,
  };
}

const FORMS: Readonly<Record<string, (file: string) => Promise<Buffer>>> = {
  PNG: async (file) => (await opaque(file)).png().toBuffer(),
  "PNG with a palette": async (file) => (await opaque(file)).png({ palette: true, colours: 64 }).toBuffer(),
  "PNG with 16 bits": async (file) => (await opaque(file)).toColourspace("rgb16").png().toBuffer(),
  "PNG in gray with 16 bits": async (file) => (await opaque(file)).toColourspace("grey16").png().toBuffer(),
  "interlaced PNG": async (file) => (await opaque(file)).png({ progressive: true }).toBuffer(),
  JPEG: async (file) => (await opaque(file)).jpeg({ quality: 90 }).toBuffer(),
  "progressive JPEG": async (file) =>
    (await opaque(file)).jpeg({ quality: 90, progressive: true }).toBuffer(),
  "CMYK JPEG": async (file) => (await opaque(file)).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer(),
  GIF: async (file) => (await opaque(file)).gif().toBuffer(),
  WebP: async (file) => (await opaque(file)).webp({ quality: 90 }).toBuffer(),
  "lossless WebP": async (file) => (await opaque(file)).webp({ lossless: true }).toBuffer(),
  TIFF: async (file) => (await opaque(file)).tiff({ compression: "lzw" }).toBuffer(),
  BMP: async (file) => bitmap(await pixelsOf(await opaque(file)), 24, false),
  "BMP of OS/2": async (file) => oldBitmap(await pixelsOf(await opaque(file))),
  "BMP with 15 bits": async (file) => packedBitmap(await pixelsOf(await opaque(file)), "555"),
  "BMP with 16 bits": async (file) => packedBitmap(await pixelsOf(await opaque(file)), "565"),
  "BMP in runs": async (file) => runLengthBitmap(await grayOf(file), 8),
  "BMP in runs of 16 grays": async (file) => runLengthBitmap(await grayOf(file), 4),
  "dark text on a transparent ground": async (file) => (await inkOnNothing(file, 0)).png().toBuffer(),
  "light text on a transparent ground": async (file) => (await inkOnNothing(file, 255)).png().toBuffer(),
  "light on dark": async (file) => (await opaque(file)).negate().png().toBuffer(),
  "a very large picture": async (file) => (await opaque(file)).resize({ width: 2700 }).png().toBuffer(),
};

for (const [name, form] of Object.entries(FORMS)) {
  test(`read as before: ${name}`, async () => {
    for (const [file, text] of Object.entries(PICTURES)) {
      assert.equal((await read(await form(file))).text.toLowerCase(), text.toLowerCase(), file);
    }
  });
}

/** A GIF file whose screen is said to be of another size than its frame. */
async function onScreen(file: string, width: number, height: number): Promise<Buffer> {
  const gif = await (await opaque(file)).gif().toBuffer();
  gif.writeUInt16LE(width, 6);
  gif.writeUInt16LE(height, 8);
  return gif;
}

test("read as before: a GIF on a screen too small for it, of no size, or made up", async () => {
  for (const [width, height] of [
    [100, 30],
    [1, 1],
    [0, 0],
    [640, 480],
    [1600, 1200],
  ] as const) {
    for (const [file, text] of Object.entries(PICTURES)) {
      const gif = await onScreen(file, width, height);
      assert.equal(
        (await read(gif)).text.toLowerCase(),
        text.toLowerCase(),
        `${file} on ${width} × ${height}`,
      );
    }
  }
});

test("read as before: 16 pixels high", async () => {
  for (const [file, text] of Object.entries({
    "captchapng-700002.png": "205826",
    "captchapng-700005.png": "64835",
  })) {
    const small = await (await opaque(file)).resize({ height: 16 }).png().toBuffer();
    assert.equal((await read(small)).text, text, file);
  }
});

test("read as before: however the Base64 is written", async () => {
  const bytes = await readFile(`${golden}captchapng-700002.png`);
  const body = bytes.toString("base64");
  for (const variant of [
    `data:image/png;base64,${body}`,
    `DATA:image/png;charset=utf-8;base64,${body}`,
    `\n data:image/png;base64,\n${body.replaceAll(/(.{76})/g, "$1\r\n")}`,
    body.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  ]) {
    assert.equal((await read(decodePicture(variant, 500_000))).text, "205826");
  }
});

/** Pictures without any text: what they are read as must not be believed. */
const TEXTLESS: Readonly<Record<string, string>> = {
  white: `<rect width="150" height="50" fill="#fff"/>`,
  gray: `<rect width="150" height="50" fill="#888"/>`,
  "a gradient": `<defs><linearGradient id="g"><stop stop-color="#124"/><stop offset="1" stop-color="#fda"/></linearGradient></defs><rect width="150" height="50" fill="url(#g)"/>`,
  lines: `<rect width="150" height="50" fill="#fff"/><path d="M0 9L150 44M0 40C50 0 90 60 150 5M4 25H146" stroke="#333" fill="none"/>`,
  discs: `<rect width="150" height="50" fill="#eee"/><circle cx="30" cy="20" r="13" fill="#a33"/><circle cx="80" cy="30" r="18" fill="#3a3"/><circle cx="125" cy="25" r="9" fill="#33a"/>`,
  "a landscape": `<rect width="150" height="50" fill="#9cf"/><path d="M0 50V30L40 12L80 34L110 20L150 38V50Z" fill="#485"/><circle cx="120" cy="12" r="7" fill="#fe8"/>`,
};
for (const [name, drawing] of Object.entries(TEXTLESS)) {
  test(`no text, no confidence: ${name}`, async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="50">${drawing}</svg>`;
    const { text, confidence } = await read(await sharp(Buffer.from(svg)).png().toBuffer());
    assert.ok(confidence < 0.4, `read as "${text}" with ${confidence}`);
  });
}
