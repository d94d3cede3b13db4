import assert from "node:assert/strict";
import { test } from "node:test";
import * as search from "./beam-search.ts";
import * as ctc from "./ctc.ts";
import { grammarOf } from "./grammar.ts";
import { noHints } from "../../protocol/text-hints.ts";
import { calibrate, lookAt, readingOf, readScores } from "./reading.ts";

const alphabet = Array.from("0123456789abcCoO+-=?×x");
const plain: ctc.DecodeOptions = {
  alphabet,
  grammar: grammarOf(alphabet, "any", 0, Infinity),
  mergeCase: false,
};
const beamSearch = (scores: ctc.Scores, options: ctc.DecodeOptions): search.Candidate[] =>
  search.beamSearch(ctc.latticeOf(scores, options));

/** Scores from one object per frame, character → probability; "_" is the blank and takes what is left. */
function scoresOf(...frames: Record<string, number>[]): ctc.Scores {
  const classes = alphabet.length + 1;
  const data = new Float32Array(frames.length * classes).fill(Math.log(1e-12));
  frames.forEach((frame, t) => {
    const rest = 1 - Object.values(frame).reduce((sum, p) => sum + p, 0);
    data[t * classes] = Math.log(Math.max(1e-12, rest));
    for (const [character, p] of Object.entries(frame)) {
      data[t * classes + alphabet.indexOf(character) + 1] = Math.log(p);
    }
  });
  return { data, frames: frames.length, classes };
}

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-4, `${actual} is not ${expected}`);

test("repeated frames are one character, unless a blank lies between", () => {
  assert.equal(beamSearch(scoresOf({ a: 0.9 }, { a: 0.9 }, { b: 0.9 }), plain)[0]!.text, "ab");
  assert.equal(beamSearch(scoresOf({ a: 0.9 }, {}, { a: 0.9 }), plain)[0]!.text, "aa");
});

test("a reading's probability is the sum over its alignments, which can beat the best path", () => {
  // Best path: blank blank (0.36). "a" comes about in three ways: 0.4·0.6 + 0.6·0.4 + 0.4·0.4 = 0.64.
  const found = beamSearch(scoresOf({ a: 0.4 }, { a: 0.4 }), plain);
  assert.equal(found[0]!.text, "a");
  near(found[0]!.probability, 0.64);
  near(found[1]!.probability, 0.36);
});

test("digits only: a letter's share goes to the digits, not to the blank", () => {
  const scores = scoresOf({ O: 0.9, "0": 0.06 }, {}, { "7": 0.98 });
  assert.equal(beamSearch(scores, plain)[0]!.text, "O7");
  const [best] = beamSearch(scores, { ...plain, grammar: grammarOf(alphabet, "digits", 0, Infinity) });
  assert.equal(best!.text, "07");
  near(best!.probability, 0.96 * 0.98);
});

test("if case does not matter, both cases count for one reading and the likelier letter is given", () => {
  const scores = scoresOf({ c: 0.5, C: 0.45 }, {}, { o: 0.3, O: 0.65 });
  const [apart] = beamSearch(scores, plain);
  near(apart!.probability, 0.5 * 0.65);
  const [merged] = beamSearch(scores, { ...plain, mergeCase: true });
  assert.equal(merged!.text, "cO");
  near(merged!.probability, 0.95 * 0.95);
});

test("with merged case, a capital directly after its small letter still needs a blank between", () => {
  const [best] = beamSearch(scoresOf({ c: 0.9 }, { C: 0.9 }), { ...plain, mergeCase: true });
  assert.equal(best!.text.length, 1);
});

test("each character's confidence is its own", () => {
  const scores = scoresOf({ a: 0.9 }, {}, { b: 0.5, c: 0.3 }, { b: 0.6 }, {}, { b: 0.99 });
  const confidences = ctc.characterConfidences(ctc.latticeOf(scores, plain), "abb");
  assert.equal(confidences.length, 3);
  near(confidences[0]!, 0.9);
  near(confidences[1]!, 0.6);
  near(confidences[2]!, 0.99);
});

const itself = { scale: 1, margin: 0, shift: 0 };
const card = {
  alphabet,
  input: { height: 64, width: 192, channels: 3 },
  frames: 5,
  calibration: {
    folded: [itself, { ...itself, shift: 2 }, { ...itself, shift: 1 }],
    exact: [{ scale: 1, margin: 0.5, shift: -2 }, itself],
  },
};

test("a sum is evaluated, and readings with the same value count together", () => {
  const scores = scoresOf({ "3": 0.95 }, { "+": 0.95 }, { "4": 0.95 }, { "=": 0.5 }, { "?": 0.5 });
  const reading = readScores(scores, card, { ...noHints, math: true });
  assert.equal(reading.text, "7");
  near(reading.probability, 0.95 ** 3); // 3+4, 3+4=, 3+4? and 3+4=? all make 7
});

test("of the readings of a sum, one that makes sense is taken before a likelier one that does not", () => {
  const scores = scoresOf({ "3": 0.9 }, { "+": 0.45 }, { "4": 0.9 });
  assert.equal(beamSearch(scores, plain)[0]!.text, "34");
  assert.equal(readScores(scores, card, { ...noHints, math: true }).text, "7");
});

test("if a sum was promised and none is seen, the nearest one is given with next to no confidence", () => {
  const reading = readScores(scoresOf({ "3": 0.99 }, {}, { "4": 0.99 }), card, { ...noHints, math: true });
  assert.match(reading.seen, /^3[-+×x]4$/);
  assert.ok(reading.confidence < 0.001);
});

test("the empty reading is never the answer, but lowers the confidence of the rest", () => {
  const reading = readScores(scoresOf({ a: 0.02 }, {}), card, noHints);
  assert.equal(reading.text, "a");
  assert.ok(reading.confidence < 0.05);
});

test("the confidence rises with the distance to the next reading, which may be that there is no text", () => {
  const first = { scale: 0, margin: 1, shift: 0 };
  const byMargin = { ...card, calibration: { ...card.calibration, folded: [first] } };
  const confidence = (...frames: Record<string, number>[]): number =>
    readScores(scoresOf(...frames), byMargin, noHints).confidence;
  near(confidence({ a: 0.6, b: 0.3 }), 2 / 3); // 0.6 to 0.3
  near(confidence({ a: 0.6 }), 0.6); // the rest is blank
  near(confidence({ "3": 0.6, "4": 0.2 }, {}), 0.75);
});

test("a sum's rival is the next value, not another way to write it", () => {
  const scores = scoresOf({ "3": 0.9, "8": 0.1 }, { "+": 1 }, { "4": 1 }, { "=": 0.5 });
  near(readScores(scores, card, { ...noHints, math: true }).rival, 0.1);
});

test("case-sensitive readings use their own confidence curve", () => {
  const scores = scoresOf({ a: 0.9 });
  const folded = readScores(scores, card, noHints);
  const exact = readScores(scores, card, { ...noHints, caseSensitive: true });
  near(folded.confidence, 0.9);
  near(exact.confidence, calibrate(0.9, 0.1, card.calibration.exact[0]!));
  assert.ok(exact.confidence < folded.confidence);
});

test("of several looks every reading counts with the geometric mean of its probabilities, cases together, and has a curve of its own", () => {
  const looks = [
    scoresOf({ o: 0.6, "1": 0.4 }, { a: 0.9 }),
    scoresOf({ c: 0.5, o: 0.4, "2": 0.1 }, { a: 0.9 }),
    scoresOf({ C: 0.7, "3": 0.3 }, { a: 0.9 }),
  ].map((scores) => lookAt(scores, card, noHints));
  const reading = readingOf(looks, card, noHints);
  assert.equal(reading.text, "Ca"); // as the look had it that was surest
  const together = (...all: number[]): number =>
    Math.cbrt(all.reduce((out, p) => out * (p + 0.01), 1)) - 0.01;
  near(reading.probability, together(0, 0.9 * 0.5, 0.9 * 0.7));
  near(reading.rival, together(0.9 * 0.6, 0.9 * 0.4, 0));
  near(reading.confidence, calibrate(reading.probability, reading.rival, card.calibration.folded[2]!));
  near(reading.characters[0]!, 0.7);
});
