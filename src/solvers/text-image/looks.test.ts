import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseLabels } from "./bench/labels.ts";
import { defaultModelDir } from "./card.ts";
import { inputsOf } from "./frames.ts";
import { noHints } from "./hints.ts";
import { isDoubtful, moved } from "./looks.ts";
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import { openReader } from "./reader.ts";
import { readScores } from "./reading.ts";

/** Small, damaged pictures: see hints.test.ts. */
const pictures = fileURLToPath(new URL("../../../test/golden/hints/letters/", import.meta.url));

test("the picture is moved, its edges are repeated", () => {
  const pixels = Uint8Array.from({ length: INPUT_BYTES }, (_, i) => (i * 7 + (i >> 9)) % 251);
  const look = moved(pixels);
  const at = (page: Uint8Array, x: number, y: number): number[] => {
    const place = (y * INPUT_WIDTH + x) * 3;
    return [...page.subarray(place, place + 3)];
  };
  assert.equal(look.length, INPUT_BYTES);
  assert.deepEqual(at(look, 10, 5), at(pixels, 12, 6));
  assert.deepEqual(at(look, INPUT_WIDTH - 3, 5), at(pixels, INPUT_WIDTH - 1, 6));
  assert.deepEqual(at(look, INPUT_WIDTH - 1, 5), at(pixels, INPUT_WIDTH - 1, 6));
  assert.deepEqual(at(look, 10, INPUT_HEIGHT - 1), at(pixels, 12, INPUT_HEIGHT - 1));
});

test("only what is neither sure nor hopeless is looked at again", () => {
  assert.deepEqual(
    [0, 0.01, 0.1, 0.5, 0.94, 0.96].map((confidence) => isDoubtful({ confidence })),
    [false, false, true, true, true, false],
  );
});

test("doubtful pictures are read better with a second look than with the first alone", async (t) => {
  const reader = await openReader(defaultModelDir());
  t.after(() => reader.close());
  const labels = parseLabels(await readFile(`${pictures}labels.tsv`), pictures);
  let [once, again] = [0, 0];
  for (const { file, answer } of labels) {
    const image = await readFile(pictures + file);
    const [pixels] = await inputsOf(image);
    const [scores] = await reader.score(pixels!, 1);
    const [result] = await reader.read([{ image, hints: noHints }]);
    const same = (text: string): boolean => text.toLowerCase() === answer.toLowerCase();
    once += Number(same(readScores(scores!, reader.card, noHints).text));
    again += Number(result!.kind === "reading" && same(result!.reading.text));
  }
  t.diagnostic(`of ${labels.length} right: ${once} with one look, ${again} with two`);
  assert.ok(again > once, `${again} with a second look, ${once} without`);
});
