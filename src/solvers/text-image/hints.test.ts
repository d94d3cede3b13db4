import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answersIn } from "./bench/folder.ts";
import { isRight } from "./bench/score.ts";
import { hintsOf } from "../../protocol/text-hints.ts";
import { sumValue } from "./sum.ts";

// Small, damaged pictures from bench/recognition/draw-hints.ts, more than half of them too bad to be read.
const pictures = fileURLToPath(new URL("../../../test/golden/hints/", import.meta.url));

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
