import assert from "node:assert/strict";
import { it } from "node:test";
import { crashTest } from "../support/crash.ts";

const SEED = 20_261_123;

it(`loses nothing and charges nothing twice when it is killed under load (seed ${SEED})`, async (context) => {
  const report = await crashTest({
    rounds: 4,
    seed: SEED,
    connections: 8,
    report: (line) => context.diagnostic(line),
  });
  context.diagnostic(JSON.stringify(report));
  assert(report.acknowledged >= 128);
  assert.equal(report.serverKills, 4);
});
