import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answersIn } from "./bench/folder.ts";
import { isRight } from "./bench/score.ts";
import { hintsOf } from "../../protocol/text-hints.ts";
import { sumValue } from "./sum.ts";

// Small, damaged pictures from bench/recognition/draw-hints.ts, more than half of them too bad to be read.
const golden = fileURLToPath(new URL("../../../test/golden/", import.meta.url));
const pictures = `${golden}hints/`;

const CALLS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  digits: { numeric: 1, minLength: 5, maxLength: 5 },
  letters: { numeric: 2, minLength: 5, maxLength: 5 },
  sums: { math: true },
};

/** What hints must gain at least, over all 120 pictures: the gain of the shipped model (model/MODEL.md) less some room. */
const LEAST_GAIN = 6;

test("a call with hints is more often right than an open one on the same pictures", async (t) => {
  let [open, restricted] = [0, 0];
  for (const [kind, fields] of Object.entries(CALLS)) {
    const plain = await answersIn(pictures + kind);
    const hinted = await answersIn(pictures + kind, { hints: hintsOf(fields) });
    // A caller without the hint would work the sum out by himself.
    const worked = plain.map((answer) =>
      kind === "sums" ? { ...answer, got: sumValue(answer.got ?? "") } : answer,
    );
    const [without, withHints] = [worked.filter(isRight).length, hinted.filter(isRight).length];
    t.diagnostic(`${kind}: ${without} right without hints, ${withHints} with them, of ${plain.length}`);
    assert.ok(withHints >= without, kind);
    open += without;
    restricted += withHints;
  }
  assert.ok(restricted >= open + LEAST_GAIN, `${restricted} with hints, ${open} without`);
});

/** The answers to pictures of a folder whose names begin so. */
async function answersTo(folder: string, fields: Readonly<Record<string, unknown>>, names = /^/) {
  const answers = await answersIn(folder, { hints: hintsOf(fields) });
  const chosen = answers.filter(({ file }) => names.test(file));
  assert.ok(chosen.length > 0);
  return chosen;
}

const WORDS = /^(?:svg-captcha|trek-captcha|captcha\.gif|captcha-canvas)-/;
const MISFITS = {
  "words as digits": () => answersTo(golden, { numeric: 1 }, WORDS),
  "words as sums": () => answersTo(golden, { math: true }, WORDS),
  "sums as digits": () => answersTo(`${golden}sums/`, { numeric: 1 }),
  "sums as letters": () => answersTo(`${golden}sums/`, { numeric: 2 }),
  "digits as letters": () => answersTo(golden, { numeric: 2 }, /^captchapng-/),
  "small letters as digits": () => answersTo(`${pictures}letters`, { numeric: 1 }),
};
for (const [name, answers] of Object.entries(MISFITS)) {
  test(`hints that do not fit the picture leave no confidence: ${name}`, async (t) => {
    const surest = Math.max(...(await answers()).map(({ confidence }) => confidence));
    t.diagnostic(`the surest: ${surest.toFixed(3)}`);
    assert.ok(surest < 0.5, `${surest}`);
  });
}

test("right hints cost pictures that are easy to read no confidence", async () => {
  for (const [names, fields] of [
    [/^captchapng-/, { numeric: 1 }],
    [/^captchapng-/, { numeric: 1, minLength: 4, maxLength: 6 }],
    [/^(?:trek-captcha|captcha\.gif)-/, { numeric: 2 }],
    [WORDS, { minLength: 4, maxLength: 6 }],
  ] as const) {
    const open = await answersTo(golden, {}, names);
    const hinted = await answersTo(golden, fields, names);
    for (const [i, { file, confidence }] of hinted.entries())
      assert.ok(
        confidence > open[i]!.confidence - 0.005,
        `${file}: ${confidence} instead of ${open[i]!.confidence}`,
      );
  }
});
