import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Check } from "typebox/value";
import { ANSWERS, KINDS, type Answer, type Kind } from "./workspace.ts";

const RIGHT: Readonly<Record<Kind, readonly Answer[]>> = {
  text: [{ text: "7kP2x" }],
  grid: [{ cells: [true, false, false] }],
  points: [{ points: [{ x: 0, y: 12.5 }] }],
  rotation: [{ angles: [90, 12.25] }],
  choice: [{ choice: 8 }],
  audio: [{ text: "4711" }],
  widget: [
    { token: "t" },
    { token: "t", extra: { lot_number: "1" } },
    { vendorError: "invalid-domain", detail: "localhost" },
  ],
};
const WRONG: Readonly<Record<Kind, readonly unknown[]>> = {
  text: [{ text: "" }, {}, { text: 7 }],
  grid: [{ cells: [] }, { cells: [1] }],
  points: [{ points: [] }, { points: [{ x: -1, y: 0 }] }],
  rotation: [{ angles: [] }, { angles: ["90"] }],
  choice: [{ choice: 9 }, { choice: 0.5 }],
  audio: [{ text: null }],
  widget: [{}, { token: "" }, { vendorError: "weather" }],
};

describe("the answers of the workspace", () => {
  it("have a schema for each kind, which takes the right ones and no others", () => {
    assert.deepEqual(Object.keys(ANSWERS).toSorted(), [...KINDS].toSorted());
    for (const kind of KINDS) {
      for (const answer of RIGHT[kind]) assert(Check(ANSWERS[kind], answer), JSON.stringify(answer));
      for (const answer of WRONG[kind]) assert(!Check(ANSWERS[kind], answer), JSON.stringify(answer));
    }
  });
});
