import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beamSearch } from "./beam-search.ts";
import { latticeOf, type Scores } from "./ctc.ts";
import { grammarOf, type Characters } from "./grammar.ts";
import { hintsOf } from "../../protocol/text-hints.ts";
import { readScores, type Reading } from "./reading.ts";
import { sumValue } from "./sum.ts";

const alphabet = Array.from("0123456789abcdxyzABCDXYZ+-×*÷/=?:,!()");
const FRAMES = 48;

/** Scores as no picture gives them: any frame may be sure of anything. */
const anyScores: fc.Arbitrary<Scores> = fc
  .tuple(fc.integer(), fc.constantFrom(0.5, 3, 12))
  .map(([seed, sharpness]) => {
    const classes = alphabet.length + 1;
    const data = new Float32Array(FRAMES * classes);
    let state = seed | 1;
    for (let t = 0; t < FRAMES; t++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        const weight = Math.exp(((state >>> 8) / 2 ** 24) * 2 * sharpness);
        data[t * classes + c] = weight;
        sum += weight;
      }
      for (let c = 0; c < classes; c++)
        data[t * classes + c] = Math.log(data[t * classes + c]! / sum + 1e-30);
    }
    return { data, frames: FRAMES, classes };
  });

const read = (scores: Scores, characters: Characters, min = 0, max = Infinity): string[] =>
  beamSearch(
    latticeOf(scores, { alphabet, grammar: grammarOf(alphabet, characters, min, max), mergeCase: true }),
  ).map(({ text }) => text);

const patterns: Partial<Record<Characters, RegExp>> = {
  digits: /^\d*$/,
  letters: /^[a-z]*$/i,
  "digits or letters": /^(\d+|[a-z]+)$/i,
  "digits and letters": /^(?=.*\d)(?=.*[a-z])[\da-z]+$/i,
};
for (const [characters, pattern] of Object.entries(patterns)) {
  test(`whatever the network says, ${characters} are read, and as many as the caller allows`, () => {
    fc.assert(
      fc.property(anyScores, fc.integer({ min: 2, max: 20 }), fc.nat(5), (scores, min, more) => {
        for (const text of read(scores, characters as Characters)) assert.match(text, pattern);
        const bounded = read(scores, characters as Characters, min, min + more);
        assert.ok(bounded.length > 0, "there is always a reading");
        for (const text of bounded) {
          assert.match(text, pattern);
          assert.ok(text.length >= min && text.length <= min + more, text);
        }
      }),
      { numRuns: 40 },
    );
  });
}

test("whatever the network says, there is a sum with a value, and only whole equations and brackets have none", () => {
  fc.assert(
    fc.property(anyScores, fc.constantFrom("sum", "asked sum"), (scores, kind) => {
      const readings = read(scores, kind);
      const others = readings.filter((text) => sumValue(text) === null);
      assert.ok(others.length < readings.length);
      for (const text of others) assert.match(text, /^(\?=)?[^=]+=\d+$|[()]/);
    }),
    { numRuns: 100 },
  );
});

/** Reads clear scores for a text as a sum: each character for a frame, with a blank before and after. An `=` may be a `-`. */
function readAsSum(text: string): Reading {
  const classes = alphabet.length + 1;
  const frames = 2 * text.length + 1;
  const data = new Float32Array(frames * classes).fill(Math.log(1e-6));
  for (let t = 0; t < frames; t++) data[t * classes] = Math.log(0.99);
  Array.from(text).forEach((character, i) => {
    data[(2 * i + 1) * classes] = Math.log(0.01);
    const at = (2 * i + 1) * classes + 1;
    data[at + alphabet.indexOf(character)] = Math.log(character === "=" ? 0.89 : 0.98);
    if (character === "=") data[at + alphabet.indexOf("-")] = Math.log(0.09);
  });
  const first = { scale: 1, margin: 0.3, shift: 0 };
  const card = {
    alphabet,
    input: { height: 64, width: 192, channels: 3 },
    frames,
    calibration: { folded: [first], exact: [first] },
  };
  return readScores({ data, frames, classes }, card, hintsOf({ math: true }));
}

for (const [text, value] of Object.entries({
  "3-12": "-9",
  "?=3+4": "7",
  "?=-3×4": "-12",
  "12345+1=": "12346",
  "100000-999999=?": "-899999",
})) {
  test(`a sum is worked out: ${text}`, () => {
    const reading = readAsSum(text);
    assert.equal(reading.text, value);
    assert.ok(reading.confidence > 0.5, `${reading.confidence}`);
  });
}

for (const text of ["3+4=7", "5+?=9", "?=?", "1234567+1=", "12", "(3+4)×2=?", "2×(3+4)", "(3+4"]) {
  test(`what is no sum to work out gets no confidence: ${text}`, () => {
    const { text: answer, confidence } = readAsSum(text);
    assert.ok(confidence < 0.1, `${answer} with ${confidence}`);
  });
}

test("a sum's grammar is the one that sum.ts can work out", () => {
  const fits = (text: string): boolean => {
    const grammar = grammarOf(alphabet, text.startsWith("?") ? "asked sum" : "sum", 0, Infinity);
    let state = 0;
    for (const character of text) {
      const kind = grammar.kinds[alphabet.indexOf(character) + 1]!;
      state = kind < 0 ? -1 : grammar.next[state]![kind]!;
      if (state < 0) return false;
    }
    return grammar.ends[state]!;
  };
  for (const text of [
    "3+4=?",
    "3+4=",
    "3+4",
    "3+4?",
    "?=-3+4",
    "-3+5",
    "2×3+1=",
    "1234-9999",
    "8:2",
    "10÷10",
    "12345+1=",
    "-123456+654321=?",
    "999999÷100000",
  ]) {
    assert.ok(fits(text), text);
    assert.notEqual(sumValue(text), null, text);
  }
  const others = ["", "=", "7", "7=?", "3+", "+3", "3++4", "5÷0", "a+b", "3+4=?7", "5+?=9", "?3+4", "?=7"];
  for (const text of ["3+4=7", "3+4=77", "?=3+4=7", "(3+4)×2", "2×(3+4)=?"]) {
    assert.ok(fits(text), "to be told from a sum");
    assert.equal(sumValue(text), null, text);
  }
  for (const text of [...others, "1234567+1", "1+1234567"]) {
    assert.ok(!fits(text), text);
    assert.equal(sumValue(text), null, text);
  }
});

test("the task's fields and its module say what may occur", () => {
  const about = (fields: Record<string, unknown>): unknown[] => {
    const { characters, math, caseSensitive, minLength, maxLength } = hintsOf(fields);
    return [characters, math, caseSensitive, minLength, maxLength];
  };
  assert.deepEqual(about({}), ["any", false, false, 0, Infinity]);
  assert.deepEqual(about({ numeric: 1, case: true }), ["digits", false, true, 0, Infinity]);
  assert.deepEqual(about({ numeric: 2 }), ["letters", false, false, 0, Infinity]);
  assert.deepEqual(about({ numeric: 4, minLength: 4, maxLength: 6 }), [
    "digits and letters",
    false,
    false,
    4,
    6,
  ]);
  assert.deepEqual(about({ math: true }), ["any", true, false, 0, Infinity]);
  assert.deepEqual(about({ capMonsterModule: "Captcha_Math" }), ["any", true, false, 0, Infinity]);
  assert.deepEqual(about({ capMonsterModule: "digits-only" }), ["digits", false, false, 0, Infinity]);
  assert.deepEqual(about({ capMonsterModule: "letters_5" }), ["letters", false, false, 5, 5]);
  assert.deepEqual(about({ capMonsterModule: "length-4-6" }), ["any", false, false, 4, 6]);
  assert.deepEqual(about({ capMonsterModule: "digits-6-4" }), ["digits", false, false, 4, 6]);
  assert.deepEqual(about({ capMonsterModule: "amazon" }), ["any", false, false, 0, Infinity]);
  // Bounds that contradict each other or go beyond what is read say nothing.
  assert.deepEqual(about({ minLength: 7, maxLength: 3 }), ["any", false, false, 0, 3]);
  assert.deepEqual(about({ minLength: 50, maxLength: 500 }), ["any", false, false, 0, Infinity]);
});
