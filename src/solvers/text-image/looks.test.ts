import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseLabels } from "./bench/labels.ts";
import { defaultModelDir, loadModelCard } from "./card.ts";
import { inputsOf } from "./frames.ts";
import { noHints } from "../../protocol/text-hints.ts";
import { isDoubtful, LOOKS, seenBy } from "./looks.ts";
import { INPUT_BYTES, INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import { openReader } from "./reader.ts";
import { lookAt, readingOf } from "./reading.ts";

/** Small, damaged pictures: see hints.test.ts. */
const pictures = fileURLToPath(new URL("../../../test/golden/hints/", import.meta.url));

test("the picture is moved, its edges are repeated", () => {
  const pixels = Uint8Array.from({ length: INPUT_BYTES }, (_, i) => (i * 7 + (i >> 9)) % 251);
  const look = seenBy({ network: 0, moved: true }, pixels);
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

test("doubtful pictures are read better with further looks than with the first alone", async (t) => {
  const reader = await openReader(defaultModelDir());
  t.after(() => reader.close());
  let [once, again, total] = [0, 0, 0];
  for (const kind of ["digits", "letters"]) {
    const labels = parseLabels(await readFile(`${pictures}${kind}/labels.tsv`), pictures);
    for (const { file, answer } of labels) {
      const image = await readFile(`${pictures}${kind}/${file}`);
      const [pixels] = await inputsOf(image);
      const [scores] = await reader.score(pixels!, 1);
      const [result] = await reader.read([{ image, hints: noHints }]);
      const same = (text: string): boolean => text.toLowerCase() === answer.toLowerCase();
      once += Number(same(readingOf([lookAt(scores!, reader.card, noHints)], reader.card, noHints).text));
      again += Number(result!.kind === "reading" && same(result!.reading.text));
      total += 1;
    }
  }
  t.diagnostic(`of ${total} right: ${once} with one look, ${again} with up to ${LOOKS.length}`);
  assert.ok(again > once, `${again} with further looks, ${once} without`);
});

test("in a batch every picture is read as it is alone, whether its neighbours are looked at again or no pictures at all", async (t) => {
  const reader = await openReader(defaultModelDir());
  t.after(() => reader.close());
  const golden = fileURLToPath(new URL("../../../test/golden/", import.meta.url));
  const damaged = parseLabels(await readFile(`${pictures}digits/labels.tsv`), pictures).slice(0, 6);
  const files = [...damaged.map(({ file }) => `${pictures}digits/${file}`), `${golden}captchapng-700002.png`];
  const images = await Promise.all(files.map((file) => readFile(file)));
  images.push(Buffer.from("no picture"));
  const jobs = images.map((image, i) => ({ image, hints: { ...noHints, caseSensitive: i % 2 === 1 } }));
  const together = await reader.read(jobs.toReversed());
  let doubtful = 0;
  for (const [i, result] of together.toReversed().entries()) {
    const [alone] = await reader.read([jobs[i]!]);
    assert.equal(result.kind, alone!.kind);
    if (result.kind !== "reading" || alone!.kind !== "reading") continue;
    assert.equal(result.reading.text, alone!.reading.text);
    assert.ok(Math.abs(result.reading.confidence - alone!.reading.confidence) < 0.001);
    const [scores] = await reader.score((await inputsOf(jobs[i]!.image))[0]!, 1);
    const first = readingOf([lookAt(scores!, reader.card, jobs[i]!.hints)], reader.card, jobs[i]!.hints);
    doubtful += Number(isDoubtful(first));
  }
  assert.ok(doubtful > 0 && doubtful < jobs.length - 1, `${doubtful} looked at again`);
});

test("a model card for another number of looks is refused with a sentence", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "glyphdesk-card-"));
  t.after(() => rm(dir, { recursive: true }));
  const curves = [{ scale: 1, margin: 0, shift: 0 }];
  await writeFile(
    join(dir, "text-image.json"),
    JSON.stringify({ alphabet: "a", calibration: { folded: curves, exact: curves } }),
  );
  await assert.rejects(loadModelCard(dir), /has not the 3 confidence curves/);
});
