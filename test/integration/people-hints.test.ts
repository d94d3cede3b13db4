import assert from "node:assert/strict";
import { it } from "node:test";
import { createPeopleStage } from "../support/people-stage.ts";

/** What a caller says about a text reaches the person who reads it as it reaches the recogniser. */
const { workspace, callerWith, picture: body } = await createPeopleStage();
const asking = await callerWith("people");
const worker = await workspace.hire();
await worker.events();

const OPEN = { length: null, characters: "any", math: false, words: false, case: false };
const CASES: readonly (readonly [fields: object, seen: object])[] = [
  [{}, {}],
  [{ math: true }, { math: true }],
  [{ CapMonsterModule: "captcha_math" }, { math: true }],
  [{ CapMonsterModule: "captcha_math", numeric: 1, minLength: 4, maxLength: 4 }, { math: true }],
  [{ CapMonsterModule: "digits-5" }, { characters: "digits", length: [5, 5] }],
  [{ CapMonsterModule: "letters-only" }, { characters: "letters" }],
  [{ CapMonsterModule: "universal" }, {}],
  [{ numeric: 1 }, { characters: "digits" }],
  [{ numeric: 2 }, { characters: "letters" }],
  [{ numeric: 3 }, { characters: "digits or letters" }],
  [
    { numeric: 4, minLength: 4, maxLength: 8 },
    { characters: "digits and letters", length: [4, 8] },
  ],
  [{ minLength: 30 }, { length: [30, 1000] }],
  [
    { phrase: true, case: true },
    { words: true, case: true },
  ],
];

for (const [fields, expected] of CASES) {
  it(`of ${JSON.stringify(fields)} a worker sees ${JSON.stringify(expected)}`, async () => {
    await asking.create({ type: "ImageToTextTask", body, ...fields });
    const item = await worker.take();
    const { length, characters, math, words, case: cased } = item.ask as typeof OPEN;
    assert.deepEqual({ length, characters, math, words, case: cased }, { ...OPEN, ...expected });
    await worker.answer(item, { text: "12" });
  });
}
