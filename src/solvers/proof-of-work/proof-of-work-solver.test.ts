import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createProofOfWorkSolver } from "./proof-of-work-solver.ts";
import { algorithmOf, findNumber } from "./search.ts";

const solver = createProofOfWorkSolver();

function task(metadata: Record<string, unknown>) {
  return { type: "CustomTask altcha", fields: { metadata }, image: null, attempt: 1 };
}

describe("the proof-of-work solver", () => {
  it("stops its thread when the time is over", async () => {
    const metadata = { challenge: "0".repeat(64), salt: "s", signature: "s", iterations: 100_000_000 };
    const started = performance.now();
    const signal = AbortSignal.timeout(300);
    const outcome = await solver.solve(task(metadata), { signal, deadline: Date.now() + 300 });
    assert.equal(outcome.kind, "unsolvable");
    assert(performance.now() - started < 5000);
  });

  it("gives the task back when the server stops before the time is over", async () => {
    const metadata = { challenge: "0".repeat(64), salt: "s", signature: "s", iterations: 100_000_000 };
    const signal = AbortSignal.timeout(100);
    await assert.rejects(solver.solve(task(metadata), { signal, deadline: Date.now() + 60_000 }), /stopped/);
  });

  it("does not begin when the time is over already", async () => {
    const metadata = { challenge: "0".repeat(64), salt: "s", signature: "s", iterations: 5 };
    const outcome = await solver.solve(task(metadata), { signal: AbortSignal.abort(), deadline: 0 });
    assert.equal(outcome.kind, "unsolvable");
  });

  it("takes Altcha tasks only", () => {
    assert(solver.accepts(task({})));
    assert(!solver.accepts({ ...task({}), type: "CustomTask friendly" }));
  });
});

describe("the search", () => {
  const challenge = "too short";

  it("knows the hash by the length of the challenge", () => {
    assert.equal(algorithmOf(challenge), null);
    assert.equal(algorithmOf("0".repeat(128)), "SHA-512");
    assert.equal(findNumber({ challenge, salt: "salt", last: 10 }), null);
  });
});
