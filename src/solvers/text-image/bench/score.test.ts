import assert from "node:assert/strict";
import { test } from "node:test";
import { rightOf, scoreOf, type Answered } from "./score.ts";

function answered(expected: string, got: string | null, confidence: number, style = "a"): Answered {
  return { file: `${style}-1.png`, style, expected, got, confidence, cpuMs: confidence * 10 };
}

test("characters that were confused are counted, also missing and added ones, and not those that differ in case", () => {
  const report = scoreOf([
    answered("O0l", "00I", 0.5),
    answered("Ola", "Ol", 0.5),
    answered("abc", "xabc", 0.5),
    answered("0O", "00", 0.5),
    answered("AB", "ab", 0.5),
    answered("AB", null, 0),
  ]);
  assert.deepEqual(report.confusions, [
    { expected: "O", got: "0", count: 2 },
    { expected: "l", got: "I", count: 1 },
    { expected: "a", got: "", count: 1 },
    { expected: "", got: "x", count: 1 },
  ]);
  assert.equal(report.folded, 1);
  assert.equal(report.exact, 0);
});

test("the calibration error is the gap between confidence and being right, band by band", () => {
  // Four at 0.9, three of them right; two at 0.1, none of them right: (4 × 0.15 + 2 × 0.1) / 6.
  const report = scoreOf([
    ...["a", "a", "a", "b"].map((got) => answered("a", got, 0.9)),
    ...["x", "y"].map((got) => answered("a", got, 0.1)),
  ]);
  assert.ok(Math.abs(report.calibrationError - 0.8 / 6) < 1e-9, `${report.calibrationError}`);
  assert.deepEqual(report.at90, { answered: 4, right: 3 });
  assert.deepEqual(report.bands[9], { total: 4, right: 3, confidence: 3.6 });
});

test("wrong answers come the surest first, scores by style and length", () => {
  const report = scoreOf([
    answered("abcd", "x", 0.2),
    answered("abcd", "y", 0.8, "b"),
    answered("abcde", "abcde", 1, "b"),
  ]);
  assert.deepEqual(
    report.wrong.map(({ got }) => got),
    ["y", "x"],
  );
  assert.deepEqual(report.perStyle, {
    a: { total: 1, exact: 0, folded: 0 },
    b: { total: 2, exact: 1, folded: 1 },
  });
  assert.deepEqual(report.perLength, {
    4: { total: 2, exact: 0, folded: 0 },
    5: { total: 1, exact: 1, folded: 1 },
  });
});

test("where case counts, an answer in the wrong case is wrong everywhere in the report", () => {
  const answers = [answered("Ab", "ab", 0.95), answered("Ab", "Ab", 0.95)];
  const told = scoreOf(answers, true);
  assert.deepEqual(told.at90, { answered: 2, right: 1 });
  assert.deepEqual(told.bands[9], { total: 2, right: 1, confidence: 1.9 });
  assert.ok(Math.abs(told.calibrationError - 0.45) < 1e-9, `${told.calibrationError}`);
  assert.deepEqual(
    told.wrong.map(({ got }) => got),
    ["ab"],
  );
  assert.deepEqual(told.confusions, [{ expected: "A", got: "a", count: 1 }]);
  assert.equal(rightOf(told.perStyle["a"]!, told), 1);

  const ignored = scoreOf(answers);
  assert.deepEqual(ignored.at90, { answered: 2, right: 2 });
  assert.deepEqual([ignored.wrong, ignored.confusions], [[], []]);
  assert.equal(rightOf(ignored.perStyle["a"]!, ignored), 2);
});
