import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import type { TaskView } from "./read.ts";
import { RecentResults } from "./recent-results.ts";

function solved(id: number, text = "abc"): TaskView {
  return {
    id,
    accountId: 1,
    state: "solved",
    price: 30,
    solution: JSON.stringify({ text }),
    solutionExpired: null,
    errorCode: null,
    errorDescription: null,
    createdAt: 1,
    settledAt: 2,
  };
}

const leased = (id: number) => ({ id, accountId: 1, price: 30, createdAt: 1 });

describe("recent results", () => {
  it("are only those that do not expire", () => {
    const results = new RecentResults();
    results.leased(leased(1));
    results.ended({ ...solved(1), solutionExpired: false }, Infinity);
    assert.equal(results.find(1), undefined);
  });

  it("are believed as long as they are kept, leased tasks for a second", (t) => {
    let now = 0;
    t.after(() => mock.restoreAll());
    mock.method(performance, "now", () => now);
    const results = new RecentResults();
    results.leased(leased(1));
    results.leased(leased(2));
    assert.equal(results.find(1)?.state, "leased");
    results.ended(solved(2), 5_000);
    now = 999;
    assert.equal(results.find(1)?.state, "leased");
    now = 1_000;
    assert.equal(results.find(1), undefined);
    now = 4_999;
    assert.equal(results.find(2)?.state, "solved");
    now = 5_000;
    assert.equal(results.find(2), undefined);
  });

  it("are forgotten when told", () => {
    const results = new RecentResults();
    results.leased(leased(1));
    results.forget(1);
    results.forget(2);
    assert.equal(results.find(1), undefined);
  });

  it("are bounded in number and in size, the oldest go first", () => {
    const results = new RecentResults();
    for (let id = 1; id <= 19_999; id += 1) results.ended(solved(id), Infinity);
    assert(results.find(1));
    results.ended(solved(20_000), Infinity);
    assert.equal(results.find(1), undefined);
    assert(results.find(10_001));
    results.ended(solved(20_001, "x".repeat(4_000_000)), Infinity);
    assert.equal(results.find(10_001), undefined);
    assert(results.find(20_001));
    results.ended(solved(20_002, "x".repeat(4_000_000)), Infinity);
    assert.equal(results.find(20_001), undefined);
    assert(results.find(20_002));
  });
});
