/**
 * Draws test/golden/hints: small, damaged pictures of digits only, of letters only, and of sums, from seeds used nowhere else.
 *   node bench/recognition/draw-hints.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { generators, seedRandom } from "../../training/generators.ts";

const EACH = 40;
const FIRST_SEED = 900_001;
const KINDS = { digits: "0123456789", letters: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" };

interface SvgCaptcha {
  create(this: void, options: object): { readonly text: string; readonly data: string };
}
const { create } = createRequire(import.meta.url)("svg-captcha") as SvgCaptcha;
const dir = fileURLToPath(new URL("../../test/golden/hints/", import.meta.url));

async function write(kind: string, draw: () => Promise<{ answer: string; picture: Buffer }>): Promise<void> {
  mkdirSync(dir + kind, { recursive: true });
  const labels: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + EACH; seed++) {
    seedRandom(seed);
    const { answer, picture } = await draw();
    const file = `${kind}-${seed}.jpg`;
    const small = sharp(picture).flatten({ background: "#fff" }).resize({ height: 20 }).blur(0.4);
    writeFileSync(`${dir}${kind}/${file}`, await small.jpeg({ quality: 60 }).toBuffer());
    labels.push(`${file}\t${answer}\n`);
  }
  writeFileSync(`${dir}${kind}/labels.tsv`, labels.join(""));
}

for (const [kind, charPreset] of Object.entries(KINDS)) {
  await write(kind, async () => {
    const { text, data } = create({ size: 5, noise: 1, charPreset, color: true, background: "#fff" });
    return { answer: text, picture: Buffer.from(data) };
  });
}
await write("sums", async () => {
  const { answer, file } = await generators["svg-math"]!(false);
  return { answer, picture: file };
});
