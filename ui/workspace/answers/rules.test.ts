import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer, Item, Kind } from "../../../src/protocol/workspace.ts";
import { itemOf } from "../../../test/support/workspace-items.ts";
import { cellOfKey, keyName, keyOfCell, neighbour } from "./grid-keys.ts";
import { characters, check, draftOf, emptyDraft, isUntouched, summary, type Draft } from "./rules.ts";
import { readMessage } from "./widget-message.ts";

const BLANK = emptyDraft(itemOf("text"));

/** A draft that can be sent, and what is sent; and drafts that want a second look, or cannot be sent. */
const CASES: {
  readonly [K in Kind]: { good: Partial<Draft>; sent: Answer; odd?: Partial<Draft>; no?: Partial<Draft> };
} = {
  text: { good: { text: " aB3xY " }, sent: { text: "aB3xY" }, odd: { text: "aB" }, no: { text: " " } },
  grid: {
    good: { cells: [true, ...Array<boolean>(8).fill(false)] },
    sent: { cells: [true, ...Array<boolean>(8).fill(false)] },
    no: { cells: Array<boolean>(9).fill(false) },
  },
  points: {
    good: {
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    },
    sent: {
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    },
    no: { points: [{ x: 1, y: 2 }] },
  },
  rotation: { good: { angles: [10, 0] }, sent: { angles: [10, 0] }, odd: { angles: [0, 0] } },
  choice: { good: { choice: 2 }, sent: { choice: 2 }, no: { choice: null } },
  audio: { good: { text: "123" }, sent: { text: "123" }, no: { text: "one" } },
  widget: {
    good: { widget: { token: "t", extra: { a: "b" } } },
    sent: { token: "t", extra: { a: "b" } },
    no: { widget: null },
  },
};

for (const kind of Object.keys(CASES) as Kind[]) {
  it(`${kind}: sends what is right, warns once of what is odd, asks for what is missing`, () => {
    const item = itemOf(kind) as Item;
    const { good, sent, odd, no } = CASES[kind];
    const right = check(item, { ...emptyDraft(item), ...good });
    assert.deepEqual(right, { problem: null, answer: sent, warning: null });
    assert(isUntouched(item, emptyDraft(item)));
    assert(!isUntouched(item, { ...emptyDraft(item), ...good }));
    assert.notEqual(summary(sent), "");
    if (odd !== undefined) {
      const verdict = check(item, { ...emptyDraft(item), ...odd });
      assert(verdict.problem === null && verdict.warning !== null);
    }
    if (no !== undefined) assert.notEqual(check(item, { ...emptyDraft(item), ...no }).problem, null);
    // A widget's token is not corrected; everything else opens again as it was sent.
    if (kind !== "widget") assert.deepEqual(check(item, draftOf(item, sent)), right);
  });
}

describe("text", () => {
  const warn = (ask: Parameters<typeof itemOf<"text">>[2], text: string) => {
    const verdict = check(itemOf("text", "l", { length: null, ...ask }), { ...BLANK, text });
    return verdict.problem === null ? verdict.warning : verdict.problem;
  };
  it("knows the hints", () => {
    assert.equal(warn({}, "anything"), null);
    assert.equal(warn({ characters: "digits" }, "12a"), "Only digits are asked for.");
    assert.equal(warn({ characters: "digits" }, "12 34"), null);
    assert.equal(warn({ characters: "letters" }, "ab1"), "Only letters are asked for.");
    for (const [typed, warned] of Object.entries({ "12": false, ab: false, a1: true, "1 a": true })) {
      assert.equal(warn({ characters: "digits or letters" }, typed) !== null, warned, typed);
    }
    for (const [typed, warned] of Object.entries({ "12": true, ab: true, a1: false, "1 a": false })) {
      assert.equal(warn({ characters: "digits and letters" }, typed) !== null, warned, typed);
    }
    for (const [typed, warned] of Object.entries({ "-12": false, "7": false, "3+4": true, seven: true })) {
      assert.equal(warn({ math: true }, typed) !== null, warned, typed);
    }
    assert.equal(warn({ length: [4, 6] }, "abc"), "3 typed, 4 to 6 asked for.");
  });
  it("counts as people do", () => assert.equal(characters("e\u0301👩‍👧ж").length, 3));
});

it("has one cell for each picture, also where the last row is shorter, and asks again when none is picked", () => {
  const item = itemOf("grid", "l", { rows: 2, columns: 3, cells: 5, tiles: true, min: 0 });
  const verdict = check(item, { ...emptyDraft(item) });
  assert(verdict.problem === null && "cells" in verdict.answer);
  assert.equal(verdict.warning, "Nothing is picked.");
  assert.equal(verdict.answer.cells.length, 5);
});

it("starts steps at the first, which is as it came", () => {
  const item = itemOf("rotation", "l", { pieces: 9, unit: "steps", steps: 4 });
  assert.deepEqual(emptyDraft(item).angles, Array<number>(9).fill(1));
});

describe("keys of grids", () => {
  it("lie like the cells", () => {
    const names = (rows: number, columns: number) =>
      Array.from({ length: rows * columns }, (_, cell) =>
        keyName(keyOfCell(rows, columns, cell) ?? "–"),
      ).join("");
    assert.equal(names(3, 3), "QWEASDZXC");
    assert.equal(names(4, 4), "1234QWERASDFZXCV");
    assert.equal(names(1, 1), "Q");
    assert.equal(names(5, 1), "1QAZ–");
  });
  it("find their cells, on the numeric pad of 3 × 3 too, and nothing else", () => {
    assert.equal(cellOfKey(3, 3, "KeyS"), 4);
    assert.equal(cellOfKey(3, 3, "Numpad1"), 6);
    assert.equal(cellOfKey(4, 4, "Numpad1"), null);
    assert.equal(cellOfKey(3, 3, "KeyR"), null);
  });
  it("move with arrows and stay inside", () => {
    assert.equal(neighbour(9, 3, 4, "ArrowUp"), 1);
    assert.equal(neighbour(9, 3, 2, "ArrowRight"), 2);
    assert.equal(neighbour(9, 3, 7, "ArrowDown"), 7);
    assert.equal(neighbour(9, 3, 7, "Home"), 0);
    assert.equal(neighbour(9, 3, 7, "End"), 8);
    // Three and two.
    assert.equal(neighbour(5, 3, 2, "ArrowDown"), 2);
    assert.equal(neighbour(5, 3, 1, "ArrowDown"), 4);
    assert.equal(neighbour(5, 3, 4, "ArrowRight"), 4);
    assert.equal(neighbour(5, 3, 0, "End"), 4);
  });
});

it("believes a widget's frame only what it can be", () => {
  const glyphdesk = "widget";
  assert.deepEqual(readMessage({ glyphdesk, event: "token", token: "t", extra: { a: "1", b: 2 } }), {
    event: "token",
    token: "t",
    extra: { a: "1" },
  });
  assert.deepEqual(readMessage({ glyphdesk, event: "error", code: "nonsense" }), {
    event: "error",
    code: "other",
    detail: "The vendor reports an error.",
  });
  for (const data of [
    null,
    "token",
    { event: "ready" },
    { glyphdesk, event: "token", token: "" },
    { glyphdesk, event: "token", token: "x".repeat(20_001) },
    { glyphdesk, event: "size", height: "100" },
    { glyphdesk, event: "close" },
  ]) {
    assert.equal(readMessage(data), null);
  }
});
