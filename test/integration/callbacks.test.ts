import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { callbackSecret, pruneDeliveries, redeliver } from "../../src/callbacks/deliveries.ts";
import { signatureHeaders } from "../../src/callbacks/sign.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { createCallbackDesk, until } from "../support/callbacks.ts";
import { startReceiver } from "../support/receiver.ts";

const desk = await createCallbackDesk();
const receiver = await startReceiver();
desk.startDeliverer();

/** The delivery of the newest task, once it has come to rest in this state. */
function newest(state: string, tries: number) {
  return until(`${state} after ${tries}`, async () => {
    const delivery = (await desk.deliveries()).at(-1);
    return delivery?.state === state && delivery.tries.length === tries && delivery;
  });
}

const jobs = async () => (await desk.database.query("select id from graphile_worker.jobs")).length;
const noJobs = () => until("no jobs", async () => (await jobs()) === 0);

describe("a callback", () => {
  it("is delivered once when the task is solved: the getTaskResult answer with the taskId", async () => {
    const [taskId] = await desk.end("solved", `${receiver.url}?token=hidden`);
    const delivery = await newest("delivered", 1);
    assert.equal(receiver.received.length, 1);
    const [one] = receiver.received;
    assert(one);
    assert.equal(one.method, "POST");
    assert.equal(one.path, "/done?token=hidden");
    assert.equal(one.headers["content-type"], "application/json; charset=utf-8");
    const { createTime, endTime, ...rest } = one.json;
    assert.deepEqual(rest, {
      taskId,
      errorId: 0,
      status: "ready",
      solution: { text: "abc" },
      cost: 0.00003,
      solveCount: 1,
    });
    assert(Number(createTime) > 1.7e9 && Number(endTime) >= Number(createTime));
    assert.equal(delivery.taskId, taskId);
    assert.equal(delivery.url, `${receiver.url}?…`);
    assert.equal(delivery.tries[0]?.status, 200);
    await noJobs();
  });

  it("carries a signature that only the account's secret makes", async () => {
    const { headers, body } = receiver.received[0] ?? assert.fail();
    const id = String(headers["webhook-id"]);
    const at = Number(headers["webhook-timestamp"]);
    assert(Math.abs(Date.now() / 1000 - at) < 60);
    const secret = await callbackSecret(desk.database, "payer", false);
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const expected = signatureHeaders(secret, id, at, body)["webhook-signature"];
    assert.equal(headers["webhook-signature"], expected);
    await desk.addAccount("other", 0);
    const foreign = await callbackSecret(desk.database, "other", false);
    assert.notEqual(foreign, secret);
    assert.notEqual(signatureHeaders(foreign, id, at, body)["webhook-signature"], expected);
    assert.notEqual(await callbackSecret(desk.database, "other", true), foreign);
    await assert.rejects(callbackSecret(desk.database, "nobody", false), /There is no account "nobody"/);
  });

  it("is delivered when the task fails", async () => {
    const [taskId] = await desk.end("failed", receiver.url);
    await newest("delivered", 1);
    assert.deepEqual(receiver.received.at(-1)?.json, {
      errorId: 1,
      errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
      errorDescription: "Nobody could read it.",
      taskId,
    });
  });

  it("is delivered when the task expires", async () => {
    await desk.submitter.submit(desk.payer.task({ deadlineMs: 0, callbackUrl: receiver.url }));
    assert.equal((await sweep(desk.database, 600)).expired, 1);
    await newest("delivered", 1);
    assert.match(String(receiver.received.at(-1)?.json["errorDescription"]), /before the deadline/);
  });

  it("is not scheduled for tasks without callbackUrl, also in a batch with others", async () => {
    const before = receiver.received.length;
    const known = (await desk.deliveries()).length;
    await desk.submitter.submit(desk.payer.task());
    await desk.end("solved", receiver.url);
    await desk.end("failed", undefined, 3);
    await newest("delivered", 1);
    await noJobs();
    assert.equal((await desk.deliveries()).length, known + 1);
    assert.equal(receiver.received.length, before + 1);
  });

  it("is retried after a 500, under the same delivery id", async () => {
    const before = receiver.received.length;
    receiver.answer = 500;
    await desk.end("solved", receiver.url);
    await newest("waiting", 1);
    receiver.answer = 204;
    await desk.retryNow();
    const delivery = await newest("delivered", 2);
    assert.deepEqual(
      delivery.tries.map(({ status }) => status),
      [500, 204],
    );
    const ids = receiver.received.slice(before).map(({ headers }) => headers["webhook-id"]);
    assert.deepEqual(ids, [delivery.delivery, delivery.delivery]);
    receiver.answer = 200;
  });

  it("is retried when the receiver does not answer within 2 s", async () => {
    receiver.answer = "hang";
    await desk.end("solved", receiver.url);
    const { tries } = await newest("waiting", 1);
    assert.equal(tries[0]?.error, "no answer within 2 s");
    assert(tries[0].durationMs >= 1_900 && tries[0].durationMs < 3_000, String(tries[0].durationMs));
    receiver.answer = 200;
    await desk.retryNow();
    await newest("delivered", 2);
  });

  it("is given up after nine tries, leaves no job, and can be delivered again", async () => {
    receiver.answer = 503;
    await desk.end("solved", receiver.url);
    for (let tries = 1; tries <= 8; tries += 1) {
      await newest("waiting", tries);
      await desk.retryNow();
    }
    const { delivery } = await newest("failed", 9);
    await noJobs();
    receiver.answer = 200;
    await redeliver(desk.database, delivery);
    await newest("delivered", 10);
    await redeliver(desk.database, delivery);
    await newest("delivered", 11);
    assert.equal(receiver.received.at(-1)?.headers["webhook-id"], delivery);
    await assert.rejects(redeliver(desk.database, "7"), /There is no delivery "7"/);
    await assert.rejects(redeliver(desk.database, crypto.randomUUID()), /no longer kept/);
  });

  it("is refused at connect time where the address is not open", async () => {
    await desk.end("solved", `http://[::1]:${receiver.port}/`);
    const { tries } = await newest("waiting", 1);
    assert.match(String(tries[0]?.error), /^refused: the address ::1 is not public \(loopback\)$/);
    await desk.database.query("delete from graphile_worker._private_jobs");
  });

  it("is forgotten with its log when it is no longer kept", async () => {
    await desk.database.query("update callback_deliveries set keep_until = now()");
    assert((await pruneDeliveries(desk.database)) > 5);
    assert.deepEqual(await desk.database.query("select 1 as left from callback_tries"), []);
  });
});
