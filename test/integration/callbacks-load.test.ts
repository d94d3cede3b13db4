import assert from "node:assert/strict";
import { it } from "node:test";
import { createCallbackDesk, until } from "../support/callbacks.ts";
import { startReceiver } from "../support/receiver.ts";

const desk = await createCallbackDesk();

it("delivers what ended while nobody delivered, once each", async () => {
  const receiver = await startReceiver();
  const ids = await desk.end("solved", receiver.url, 60);
  const deliverer = desk.startDeliverer();
  await receiver.arrived(60);
  await deliverer.stop();
  assert.equal(receiver.received.length, 60);
  assert.deepEqual(new Set(receiver.received.map(({ json }) => json["taskId"])), new Set(ids));
  assert.equal(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size, 60);
});

it("takes up what a dead process held", async () => {
  const receiver = await startReceiver();
  await desk.end("solved", receiver.url);
  await desk.database.query(
    "update graphile_worker._private_jobs set locked_at = now() - interval '31 s', locked_by = 'a dead pool', attempts = 1",
  );
  const deliverer = desk.startDeliverer();
  await receiver.arrived(1);
  await deliverer.stop();
});

it("lets no slow receiver hold up another", async () => {
  const slow = await startReceiver();
  const fast = await startReceiver();
  slow.answer = "hang";
  await desk.end("solved", slow.url, 40);
  const deliverer = desk.startDeliverer();
  await slow.arrived(6);
  const started = performance.now();
  await desk.end("solved", fast.url, 20);
  await fast.arrived(20);
  const took = performance.now() - started;
  assert(took < 1_500, `${took} ms`);
  assert(slow.received.length <= 12, `${slow.received.length} at once`);
  await deliverer.stop();
  await desk.database.query("delete from graphile_worker._private_jobs");
});

it("goes on after the database broke every connection, idle and at work", async () => {
  const receiver = await startReceiver();
  const deliverer = desk.startDeliverer();
  receiver.answer = "hang";
  await desk.end("solved", receiver.url);
  await receiver.arrived(1);
  receiver.answer = 200;
  const breakAll = () =>
    desk.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'glyphdesk-jobs'",
    );
  assert((await breakAll()).length >= 1);
  await until("a new connection", async () => (await breakAll()).length > 0);
  await desk.end("solved", receiver.url);
  await receiver.arrived(2);
  await deliverer.stop();
});
