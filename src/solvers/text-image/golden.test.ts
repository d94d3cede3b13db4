import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { benchFolder } from "./bench/folder.ts";

// Pictures of the npm generators from seeds 700001 on, never trained on: training/README.md says how they were drawn.
// The scores are those of the committed model, so that a worse model or a changed decoder shows at once.
const golden = fileURLToPath(new URL("../../../test/golden/", import.meta.url));

test("golden texts: exactly the measured score", async () => {
  const report = await benchFolder(golden);
  // An l as an I: in svg-captcha's font they differ by less than a pixel.
  assert.deepEqual(
    report.wrong.map(({ file }) => file),
    ["svg-captcha-700005.png"],
  );
  assert.equal(report.exact, report.total - 1);
});

test("golden sums: exactly the measured score", async () => {
  const report = await benchFolder(`${golden}sums/`, { hints: { math: true } });
  assert.deepEqual(report.wrong, []);
});
