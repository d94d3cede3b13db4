import assert from "node:assert/strict";
import { it } from "node:test";
import { parseExpiry } from "./time.ts";

const NOW = Date.parse("2027-01-31T12:00:00Z");

it("reads a day to its end in UTC, and moments with their zone", () => {
  for (const [text, at] of [
    ["2027-01-31", "2027-01-31T23:59:59.999Z"],
    ["2028-02-29", "2028-02-29T23:59:59.999Z"],
    ["2027-01-31T18:00:00Z", "2027-01-31T18:00:00.000Z"],
    ["2027-01-31T18:00+02:00", "2027-01-31T16:00:00.000Z"],
    ["2027-01-31T12:00:00.001Z", "2027-01-31T12:00:00.001Z"],
  ] as const) {
    assert.equal(parseExpiry(text, NOW).toISOString(), at);
  }
});

it("refuses what is no time, and what is over", () => {
  for (const text of [
    "",
    "5",
    "soon",
    "2027",
    "2027-02-30",
    "2027-13-01",
    "31.1.2027",
    "2027-01-31T18:00:00",
    "2027-02-01T25:00Z",
  ])
    assert.throws(() => parseExpiry(text, NOW), /^RangeError: expected a day such as/, text);
  for (const text of ["2027-01-30", "2001-05-01", "2027-01-31T12:00:00Z", "2027-01-31T13:00+02:00"])
    assert.throws(
      () => parseExpiry(text, NOW),
      /^RangeError: that is over, it is 2027-01-31T12:00:00\.000Z now; expected/,
    );
});
