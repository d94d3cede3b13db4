import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { fewAtOnce } from "./few-at-once.ts";

test("no more than so many are under way, and the results come in order", async () => {
  let [running, most] = [0, 0];
  const results = await fewAtOnce([5, 1, 4, 2, 3, 0], 3, async (turns) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    running--;
    return turns * 10;
  });
  assert.deepEqual(results, [50, 10, 40, 20, 30, 0]);
  assert.equal(most, 3);
});

test("nothing to do is done at once, and a failure is thrown", async () => {
  assert.deepEqual(await fewAtOnce([], 3, () => assert.fail()), []);
  await assert.rejects(
    fewAtOnce([1, 2], 3, () => Promise.reject(new Error("no"))),
    /no/,
  );
});
