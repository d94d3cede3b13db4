import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatDollars, parseDollars } from "./money.ts";

describe("money", () => {
  it("reads decimal dollars exactly", () => {
    assert.equal(parseDollars("12.5"), 12_500_000);
    assert.equal(parseDollars("0.00003"), 30);
    assert.equal(parseDollars("-1"), -1_000_000);
    assert.equal(parseDollars("-0"), 0);
  });

  it("refuses what is not exact", () => {
    for (const text of ["", "1e3", "1,5", "0.0000001", "1234567890", "NaN", "1.", ".5", "0x10"]) {
      assert.throws(() => parseDollars(text), RangeError, text);
    }
  });

  it("writes what it reads", () => {
    assert.equal(formatDollars(30), "0.00003");
    assert.equal(formatDollars(1_500_000), "1.50");
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }), (micros) => {
        assert.equal(parseDollars(formatDollars(micros)), micros);
      }),
    );
  });
});
