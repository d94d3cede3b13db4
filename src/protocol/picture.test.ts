import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import sharp from "sharp";
import { ProtocolError } from "./errors.ts";
import { decodePicture } from "./picture.ts";

const picture = await readFile(new URL("../../docs/example.png", import.meta.url));
const MAX = 500_000;

function refusal(body: string, maxBytes = MAX): ProtocolError {
  try {
    decodePicture(body, maxBytes);
  } catch (error) {
    assert(error instanceof ProtocolError);
    return error;
  }
  return assert.fail("was accepted");
}

describe("decodePicture", () => {
  it("takes Base64 as clients send it", () => {
    const body = picture.toString("base64");
    for (const variant of [
      body,
      `data:image/png;base64,${body}`,
      body.replaceAll(/(.{76})/g, "$1\r\n"),
      picture.toString("base64url"),
      ` ${body}\n`,
    ]) {
      assert.deepEqual(decodePicture(variant, MAX), picture);
    }
  });

  it("takes the + back that reading a form turned into a space", () => {
    const whole = Buffer.concat([
      picture,
      Buffer.alloc(3 - (picture.length % 3)),
      Buffer.alloc(60, "++//+/+A", "base64"),
    ]);
    const body = whole.toString("base64");
    assert.match(body, /[^+]\+[^+][^]*\+\+/);
    const mangled = body.replaceAll("+", " ");
    for (const variant of [
      mangled,
      ` ${mangled}\r\n`,
      // A prefix, and a + at the end of a line.
      `data:image/svg xml;base64,${mangled}`,
      mangled.replaceAll(/(.{76})/g, "$1\r\n"),
    ]) {
      assert(decodePicture(variant, MAX).equals(whole), variant.slice(0, 100));
    }
  });

  it("takes spaces for line breaks where each line is as long as the first", () => {
    for (const width of [64, 76]) {
      const lines = picture.toString("base64").replaceAll(new RegExp(`(.{${width}})`, "g"), "$1 ");
      assert.deepEqual(decodePicture(lines, MAX), picture);
      assert.deepEqual(decodePicture(lines.replaceAll(" ", " \n "), MAX), picture);
    }
  });

  it("is not held up by white space", () => {
    const started = performance.now();
    for (const gap of [" ", "\n", " \n", "A "]) refusal(`A${gap.repeat(400_000 / gap.length)}<`, MAX);
    assert(performance.now() - started < 5_000);
  });

  it("reads the header of each format it offers", async () => {
    const source = sharp(picture);
    for (const bytes of await Promise.all([
      source.clone().jpeg().toBuffer(),
      source.clone().gif().toBuffer(),
      source.clone().webp().toBuffer(),
      source.clone().tiff().toBuffer(),
    ])) {
      assert.deepEqual(decodePicture(bytes.toString("base64"), MAX), bytes);
    }
  });

  it("refuses with the protocol's code and a sentence that helps", () => {
    assert.equal(refusal("").code, "ERROR_ZERO_CAPTCHA_FILESIZE");
    assert.equal(refusal(picture.subarray(0, 99).toString("base64")).code, "ERROR_ZERO_CAPTCHA_FILESIZE");
    assert.equal(refusal(picture.toString("base64"), 1000).code, "ERROR_TOO_BIG_CAPTCHA_FILESIZE");
    assert.equal(refusal("A".repeat(2_000_000)).code, "ERROR_TOO_BIG_CAPTCHA_FILESIZE");
    assert.match(refusal("<not base64>".repeat(100)).message, /is not Base64/);
    assert.match(
      refusal(Buffer.alloc(300, "x").toString("base64")).message,
      /not an image in a known format/,
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${" ".repeat(100)}</svg>`;
    assert.match(refusal(Buffer.from(svg).toString("base64")).message, /SVG images are not read/);
  });

  it("refuses a bomb by its header, without decoding it", () => {
    const bomb = Buffer.from(picture);
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    assert.match(refusal(bomb.toString("base64")).message, /30000 × 30000 pixels/);
  });
});
