import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClaimedTask } from "../tasks/claim.ts";
import { MAX_ATTEMPTS } from "../tasks/sweep.ts";
import { personNeeded, verdict, verdictOnFault } from "./verdict.ts";

const task = (fields: Record<string, unknown> = {}, attempt = 1): ClaimedTask => ({
  key: 1,
  lease: 2,
  type: "ImageToTextTask",
  fields,
  image: null,
  attempt,
  deadlineMs: 1000,
});
const answer = (confidence: number) => ({ kind: "answer", solution: { text: "x" }, confidence }) as const;

describe("verdict", () => {
  it("applies the caller's threshold: exactly as sure is sure enough", () => {
    assert.equal(verdict(task(), "s", answer(0)).to, "solved");
    assert.equal(verdict(task({ recognizingThreshold: 80 }), "s", answer(0.8)).to, "solved");
    const below = verdict(task({ recognizingThreshold: 80 }), "s", answer(0.799));
    assert(below.to === "failed");
    assert.match(
      below.errorDescription,
      /Confidence 79 is below the recognizingThreshold of 80.*not charged/,
    );
    assert.deepEqual(below.detail?.["solution"], { text: "x" });
  });

  it("fails what nobody can answer", () => {
    assert.equal(verdict(task(), "s", { kind: "unsolvable", reason: "Broken." }).to, "failed");
    assert.equal(verdict(task(), "s", { kind: "decline", reason: "Not mine." }).to, "failed");
  });

  it("asks nobody to agree with a solver that declined", () => {
    const agree = task({ $rule: { mode: "agree", consensus: "1" } });
    const declined = { kind: "decline", reason: "Not mine." } as const;
    assert.equal(personNeeded(agree, declined), null);
    assert.equal(personNeeded(agree, answer(0)), "agreement");
    assert.equal(personNeeded(task(), declined), "unsure");
  });

  it("gives a task back after a fault until its attempts are used up", () => {
    assert.equal(verdictOnFault(task({}, 1), "s").to, "queued");
    assert.equal(verdictOnFault(task({}, MAX_ATTEMPTS), "s").to, "failed");
  });
});
