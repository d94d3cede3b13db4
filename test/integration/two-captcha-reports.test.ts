import assert from "node:assert/strict";
import { it } from "node:test";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp } from "../support/app.ts";
import { speakTwoCaptcha } from "../support/two-captcha.ts";

const { app, desk, call } = await createTestApp();
const { key } = await desk.addAccount("payer", 1_000_000);
const stranger = await desk.addAccount("stranger", 0);
const { get, form, submitted } = speakTwoCaptcha(app, key);

const report = (action: string, id: string, more: Readonly<Record<string, string>> = {}) =>
  get("res.php", { key, action, id, ...more });

async function solved(): Promise<string> {
  const id = await submitted(form({ method: "base64", body }));
  const lane = { lane: "machine", limit: 100, leasedBy: "test", leaseMs: 60_000 };
  for (const task of await claim(desk.database, desk.images, lane)) {
    const end = { key: task.key, lease: task.lease, solver: "test", confidence: 1, detail: null };
    await desk.settler.settle({ ...end, to: "solved", solution: { text: "abc" } });
  }
  return id;
}

it("reportbad is recorded once, and refunded", async () => {
  const before = await get("res.php", { key, action: "getbalance" });
  const id = await solved();
  assert.equal(await report("reportbad", id), "OK_REPORT_RECORDED");
  assert.equal(await get("res.php", { key, action: "getbalance" }), before);
  assert.equal(await report("reportbad", id), "ERROR_DUPLICATE_REPORT");
  assert.equal(await report("reportgood", id), "ERROR_DUPLICATE_REPORT");
});

it("reportgood is recorded once, in JSON too", async () => {
  const id = await solved();
  assert.equal(await report("reportgood", id, { json: "1" }), '{"status":1,"request":"OK_REPORT_RECORDED"}');
  assert.match(
    await report("reportgood", id, { json: "1" }),
    /^\{"status":0,"request":"ERROR_DUPLICATE_REPORT","error_text":"Task \d+ was reported before/,
  );
});

it("is not recorded for tasks that are not solved, missing, of others, or no task", async () => {
  const waiting = await submitted(form({ method: "base64", body }));
  assert.equal(await report("reportbad", waiting), "REPORT_NOT_RECORDED");
  assert.equal(await report("reportbad", "2000000000"), "ERROR_WRONG_CAPTCHA_ID");
  assert.equal(await report("reportbad", "x"), "ERROR_WRONG_ID_FORMAT");
  const theirs = { key: stranger.key, action: "reportbad", id: waiting };
  assert.equal(await get("res.php", theirs), "ERROR_WRONG_CAPTCHA_ID");
});

it("2Captcha's JSON methods take reports of any kind of task", async () => {
  for (const method of ["reportIncorrect", "reportCorrect"]) {
    const request = { clientKey: key, taskId: Number(await solved()) };
    assert.deepEqual(await call(method, request), { errorId: 0, status: "success" });
    assert.equal((await call(method, request))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
  }
});
