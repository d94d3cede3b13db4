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
    errorCode: null,
    errorDescription: null,
    createdAt: 1,
    settledAt: 2,
  };
}

const leased = (id: number) => ({ id, accountId: 1, price: 30, createdAt: 1 });

describe("recent results", () => {
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
    for (let id = 1; id <= 20_001; id += 1) results.ended(solved(id), Infinity);
    assert.equal(results.find(1), undefined);
    assert(results.find(2));
    results.ended(solved(3, "x".repeat(4_000_000)), Infinity);
    results.ended(solved(30_000, "y".repeat(3_999_970)), Infinity);
    assert.equal(results.find(20_001), undefined);
    assert(results.find(3));
    results.ended(solved(30_001, "z".repeat(100_000)), Infinity);
    assert.equal(results.find(3), undefined);
    assert(results.find(30_000));
    results.ended(solved(30_002, "x".repeat(8_000_001)), Infinity);
    assert.equal(results.find(30_002), undefined, "larger than all there is room for");
  });
});
