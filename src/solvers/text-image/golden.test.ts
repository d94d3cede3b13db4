import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { benchFolder } from "./bench/folder.ts";

// Pictures of the npm generators from seeds 700001 on, never trained on: training/README.md says how they were drawn.
// The scores are those of the committed model, so that a worse model or a changed decoder shows at once.
const golden = fileURLToPath(new URL("../../../test/golden/", import.meta.url));

test("golden texts: exactly the measured score", async () => {
  const report = await benchFolder(golden);
  assert.deepEqual(report.wrong, []);
  assert.equal(report.exact, report.total);
});

test("golden sums: exactly the measured score", async () => {
  const report = await benchFolder(`${golden}sums/`, { hints: { math: true } });
  assert.deepEqual(report.wrong, []);
});

// Letters of an SVG, turned and with lines across, as PNG: no generator that we know writes such sums.
test("sums with their unknown in front, which the networks were not taught", async () => {
  const report = await benchFolder(`${golden}asked/`, { hints: { math: true } });
  assert.deepEqual(report.wrong, []);
});
