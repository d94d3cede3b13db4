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
