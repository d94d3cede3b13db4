import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { createTestApp } from "../support/app.ts";
import { createCallbackDesk } from "../support/callbacks.ts";
import { startReceiver } from "../support/receiver.ts";
import { speakTwoCaptcha } from "../support/two-captcha.ts";

const desk = await createCallbackDesk();
const { app, call } = await createTestApp({ GLYPHDESK_CALLBACK_ALLOW: "127.0.0.0/8" }, desk);
const { key: clientKey } = desk.payer;
const stranger = await desk.addAccount("stranger", 0);
const body = await readFile(new URL("../../docs/example.png", import.meta.url), "base64");
const { form, submitted } = speakTwoCaptcha(app, clientKey);
desk.startDeliverer();

it("redeliverCallback posts a result once more, also when its task is no longer kept", async () => {
  const receiver = await startReceiver();
  const [taskId = 0] = await desk.end("solved", receiver.url);
  await receiver.arrived(1);
  await desk.database.query("delete from tasks where id = $1", [taskId]);
  assert.deepEqual(await call("redeliverCallback", { clientKey, taskId }), { errorId: 0, status: "success" });
  await receiver.arrived(2);
  const [first, again] = receiver.received;
  assert.equal(again?.body, first?.body);
  assert.equal(again?.headers["webhook-id"], first?.headers["webhook-id"]);
  await receiver.arrived(2);
});

it("redeliverCallback tells nothing of the tasks of others, or of those without a callback", async () => {
  const receiver = await startReceiver();
  const [taskId = 0] = await desk.end("solved", receiver.url);
  await receiver.arrived(1);
  const [silent = 0] = await desk.end("solved", undefined);
  const refusals = [
    await call("redeliverCallback", { clientKey: stranger.key, taskId }),
    await call("redeliverCallback", { clientKey, taskId: silent }),
    await call("redeliverCallback", { clientKey, taskId: 2_000_000_000 }),
  ];
  const texts = refusals.map(({ errorDescription }) => String(errorDescription).replaceAll(/\d+/g, "N"));
  assert.deepEqual(new Set(refusals.map(({ errorCode }) => errorCode)), new Set(["ERROR_NO_SUCH_CAPCHA_ID"]));
  assert.equal(new Set(texts).size, 1);
  assert.equal((await call("redeliverCallback", { clientKey }))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
});

it("pingback is posted in 2Captcha's form, for answers and for failures", async () => {
  const receiver = await startReceiver();
  const id = await submitted(form({ method: "base64", body, pingback: `${receiver.url}?job=1#part` }));
  await desk.end("solved", undefined);
  await receiver.arrived(1);
  const [answer] = receiver.received;
  assert.equal(answer?.path, "/done?job=1");
  assert.equal(answer.headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(answer.body, `id=${id}&code=abc`);
  assert.match(String(answer.headers["webhook-signature"]), /^v1,/);

  const failing = await submitted(form({ method: "base64", body, pingback: receiver.url }));
  await desk.end("failed", undefined);
  await receiver.arrived(2);
  assert.equal(receiver.received[1]?.body, `id=${failing}&code=ERROR_CAPTCHA_UNSOLVABLE`);

  assert.equal(await form({ method: "base64", body, pingback: "http://10.0.0.1/" }), "ERROR_BAD_PARAMETERS");
});
