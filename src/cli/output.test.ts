import assert from "node:assert/strict";
import { test } from "node:test";
import { table, visible } from "./output.ts";

test("a cell is one line without anything that a terminal obeys", () => {
  const shown = "a\uFFFD]0;title\uFFFD\uFFFD31mb\uFFFD\uFFFD\uFFFDc";
  const text = table(["NAME", "X"], [["a\u001B]0;title\u0007\u009B31mb\r\n\u202Ec", "1"]]);
  assert.equal(text, `${"NAME".padEnd(shown.length)}  X\n${shown}  1`);
});

test("a line break in a text stays", () => {
  assert.equal(visible("a\nb\u001B[2J"), "a\nb\uFFFD[2J");
});
