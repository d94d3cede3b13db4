import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Outcome, Solver, SolverTask } from "../solver.ts";
import { createTextImageSolver } from "./text-image-solver.ts";

const golden = (file: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../../test/golden/${file}`, import.meta.url)));

let solver: Solver;
before(() => {
  solver = createTextImageSolver({ threads: 1 });
  return solver.start?.();
});
after(() => solver.stop?.());

function task(
  image: Uint8Array | null,
  fields: Record<string, unknown> = {},
  type = "ImageToTextTask",
): SolverTask {
  return { type, fields, image, attempt: 1 };
}

const solve = (image: Uint8Array, fields?: Record<string, unknown>): Promise<Outcome> =>
  solver.solve(task(image, fields), {
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
  });

test("image tasks with an image are accepted, others are not", () => {
  const image = new Uint8Array(1);
  assert.equal(solver.accepts(task(image)), true);
  assert.equal(solver.accepts(task(null)), false);
  assert.equal(solver.accepts(task(image, {}, "TurnstileTask")), false);
});

test("the answer comes with its confidence, three candidates and a confidence for each character", async () => {
  const outcome = await solve(await golden("captchapng-700005.png"));
  assert.equal(outcome.kind, "answer");
  if (outcome.kind !== "answer") return;
  const answer = (await golden("labels.tsv")).toString().match(/captchapng-700005\.png\t(\d+)/)?.[1];
  assert.deepEqual(outcome.solution, { text: answer });
  assert.ok(outcome.confidence > 0.8 && outcome.confidence < 1, `${outcome.confidence}`);
  const detail = outcome.detail as {
    characters: number[];
    candidates: { text: string; probability: number }[];
  };
  assert.equal(detail.characters.length, answer?.length);
  assert.ok(detail.candidates.length <= 3);
  assert.equal(detail.candidates[0]?.text, answer);
});

test("`math` gives the sum's value and keeps what was seen for the operator", async () => {
  const [file, value, sum] = (await golden("sums/labels.tsv")).toString().split("\n")[0]!.split("\t");
  const image = await golden(`sums/${file}`);
  const outcome = await solve(image, { math: true });
  assert.ok(outcome.kind === "answer");
  assert.deepEqual(outcome.solution, { text: value });
  assert.equal(outcome.detail?.["seen"], sum);
  const asText = await solve(image);
  assert.ok(asText.kind === "answer");
  assert.deepEqual(asText.solution, { text: sum });
});

test("`numeric` allows only digits, whatever the picture looks like", async () => {
  const outcome = await solve(await golden("svg-captcha-700001.png"), { numeric: 1 });
  assert.ok(outcome.kind === "answer");
  assert.match(String(outcome.solution["text"]), /^\d+$/);
});

test("what its alphabet cannot write is declined with a reason, not answered without the space or in Latin letters", async () => {
  const image = await golden("captchapng-700005.png");
  for (const [fields, reason] of [
    [{ phrase: true }, /several.*leave it out/],
    [{ phrase: true, numeric: 1 }, /several/],
    [{ language: "ru" }, /another script \(ru\)/],
    [{ language: "ZH_cn" }, /another script \(ZH_cn\)/],
    [{ language: "el", numeric: 3 }, /another script/],
  ] as const) {
    const outcome = await solve(image, fields);
    assert.ok(outcome.kind === "decline", JSON.stringify(fields));
    assert.match(outcome.reason, reason);
  }
  for (const fields of [
    { phrase: false, language: "de-AT" },
    { language: "sr-Latn" },
    { language: "ru", numeric: 1 },
    { language: "ru", capMonsterModule: "digits-5" },
    { language: "no such language", comment: "two words" },
    { phrase: true, language: "ru", math: true },
  ]) {
    assert.equal((await solve(image, fields)).kind, "answer", JSON.stringify(fields));
  }
  const none = await solve(Buffer.from("not a picture"), { phrase: true });
  assert.equal(none.kind, "unsolvable");
});

test("the threshold is left to the engine: an unsure answer is still an answer", async () => {
  const plain = await sharp({
    create: {
      width: 120,
      height: 40,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 50 },
    },
  })
    .png()
    .toBuffer();
  const outcome = await solve(plain, { recognizingThreshold: 100 });
  assert.ok(outcome.kind === "answer");
  assert.ok(outcome.confidence < 0.3, `a picture without text: ${outcome.confidence}`);
});

test("an empty page has no confident answer", async () => {
  const page = sharp({ create: { width: 150, height: 50, channels: 3, background: "#fff" } }).png();
  const outcome = await solve(await page.toBuffer());
  assert.ok(outcome.kind === "answer");
  assert.ok(outcome.confidence < 0.3, `${outcome.confidence}`);
});

test("what is no picture, or only half of one, is unsolvable with a reason that teaches", async () => {
  const text = await solve(Buffer.from("not a picture"));
  assert.deepEqual(text.kind, "unsolvable");
  const whole = await golden("svg-captcha-700001.png");
  const half = await solve(whole.subarray(0, whole.length / 2));
  assert.ok(half.kind === "unsolvable");
  assert.match(half.reason, /damaged or cut off.*Send the complete file/);
});

test("a broken picture does not harm the pictures in its batch", async () => {
  const good = await golden("captchapng-700001.png");
  const outcomes = await Promise.all([good, good.subarray(0, 80), good, good].map((image) => solve(image)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ["answer", "unsolvable", "answer", "answer"],
  );
  assert.deepEqual(outcomes[0], outcomes[3]);
});

test("an aborted task is rejected with the signal's reason", async () => {
  const reason = new Error("lease lost");
  const context = { signal: AbortSignal.abort(reason), deadline: Date.now() + 10_000 };
  await assert.rejects(solver.solve(task(await golden("captchapng-700001.png")), context), reason);
});

test("a missing model is reported when the solver starts", async () => {
  const lost = createTextImageSolver({ threads: 1, modelDir: "/nonexistent/model" });
  await assert.rejects(lost.start!(), /text-image\.json/);
  await lost.stop?.();
});
