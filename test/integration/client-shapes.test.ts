import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addSite } from "../../src/sites/sites.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp, parseAnswer } from "../support/app.ts";
import { ACCEPTED, altcha, SHAPES, site } from "../support/client-shapes.ts";

const { app, desk } = await createTestApp();
const { key: clientKey } = await desk.addAccount("payer", 1_000_000);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });

for (const { client, headers, url = "/createTask", extra = {}, tasks } of SHAPES) {
  describe(`the requests of ${client}`, () => {
    tasks.forEach(([expected, task], at) => {
      it(`${at + 1}: ${String(task["type"])} is read`, async () => {
        const payload = JSON.stringify({ clientKey, task, ...extra });
        const answer = parseAnswer(await app.inject({ method: "POST", url, headers, payload }));
        assert.equal(answer["errorCode"] ?? ACCEPTED, expected, String(answer["errorDescription"]));
      });
    });
  });
}

it("what was accepted is stored under canonical names, as the values that were meant", async () => {
  const lane = { lane: "machine", limit: 100, leasedBy: "test", leaseMs: 60_000 };
  const [js, python, cSharp, , php] = await claim(desk.database, desk.images, lane);
  assert.deepEqual(js?.fields, {
    capMonsterModule: "amazon",
    recognizingThreshold: 65,
    case: true,
    numeric: 0,
    math: false,
  });
  assert.deepEqual(python?.fields["recognizingThreshold"], 80);
  assert.deepEqual(cSharp?.fields, { recognizingThreshold: 0, case: false, numeric: 0, math: false });
  assert.deepEqual(php?.fields, { capMonsterModule: "yandex", case: true, numeric: 1, math: false });
  const [computed] = await claim(desk.database, desk.images, { ...lane, lane: "computed" });
  assert.equal(computed?.type, "CustomTask altcha");
  assert.deepEqual(computed?.fields, { ...site, metadata: { ...altcha, iterations: 5000 } });
});
