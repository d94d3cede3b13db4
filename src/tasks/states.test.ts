import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canBecome, isFinal, STATES } from "./states.ts";

describe("states", () => {
  it("end in one of four ways and stay there", () => {
    assert.deepEqual(STATES.filter(isFinal), ["solved", "failed", "expired", "cancelled"]);
    for (const from of STATES) {
      for (const to of STATES) if (isFinal(from)) assert.equal(canBecome(from, to), false);
    }
  });

  it("reach an answer only through a lease", () => {
    assert.deepEqual(
      STATES.filter((from) => canBecome(from, "solved")),
      ["leased"],
    );
    assert.deepEqual(
      STATES.filter((from) => canBecome(from, "leased")),
      ["queued"],
    );
  });
});
