import assert from "node:assert/strict";
import { test } from "node:test";
import { sumValue } from "./sum.ts";

const sums: Record<string, string> = {
  "3+4=?": "7",
  "3+4=": "7",
  "3+4": "7",
  "?=3+4": "7",
  "12-5": "7",
  "5-9": "-4",
  "7-7": "0",
  "3×4=?": "12",
  "3x4": "12",
  "3X4": "12",
  "3*4?": "12",
  "8÷2=?": "4",
  "8/2": "4",
  "8:2": "4",
  "7/2": "3.5",
  "2+3×4": "14",
  "2×3+1=": "7",
  "9-2-3": "4",
  "-3+5": "2",
  "0×5": "0",
};
for (const [text, value] of Object.entries(sums)) {
  test(`${text} is ${value}`, () => assert.equal(sumValue(text), value));
}

for (const text of ["", "=", "7", "7=?", "3+", "+", "3++4", "5÷0", "a+b", "3+4=7=", "3+4x", "(3+4)×2"]) {
  test(`"${text}" is no sum`, () => assert.equal(sumValue(text), null));
}
