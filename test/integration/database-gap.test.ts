import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Database } from "../../src/database/database.ts";
import { EXAMPLE_PICTURE } from "../../src/protocol/catalogue/images.ts";
import { Reader } from "../../src/tasks/read.ts";
import { RecentResults } from "../../src/tasks/recent-results.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDesk } from "../support/desk.ts";
import { endOldest } from "../support/end.ts";

/** Polls while the database is away: a refusal would make clients give up a task that is solved and charged later. */
const desk = await createTestDesk();
const payer = await desk.addAccount("payer", 1_000_000);
const PROCESSING = { errorId: 0, status: "processing" };

/** A server whose database fails at so many statements to come. */
async function startServer() {
  let failing = 0;
  const database: Database = {
    ...desk.database,
    async query(statement, values) {
      if (failing > 0) {
        failing -= 1;
        throw new Error("Connection terminated unexpectedly");
      }
      return desk.database.query(statement, values);
    },
  };
  const results = new RecentResults();
  const { call } = await createTestApp({}, { ...desk, database, reader: new Reader(database, results) });
  const poll = (taskId: number, clientKey = payer.key) => call("getTaskResult", { clientKey, taskId });
  return { call, poll, results, fail: (statements: number) => (failing = statements) };
}

async function solvedTask(): Promise<number> {
  const submitted = await desk.submitter.submit(payer.task());
  assert(submitted.outcome === "accepted");
  await endOldest(desk, "solved");
  return submitted.id;
}

describe("a poll while the database is away", () => {
  it("brings the result after all when it comes back in time", async () => {
    const { call, poll, fail } = await startServer();
    const id = await solvedTask();
    await call("getBalance", { clientKey: payer.key });
    fail(2);
    assert.equal((await poll(id))["status"], "ready");
    fail(2);
    assert.equal((await poll(2_000_000_000))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
  });

  it("is put off when it stays away, whatever is asked for, and answered truly afterwards", async () => {
    const { call, poll, fail } = await startServer();
    const id = await solvedTask();
    await call("getBalance", { clientKey: payer.key });
    fail(Infinity);
    const answers = await Promise.all([poll(id), poll(2_000_000_000)]);
    assert.deepEqual(answers, [PROCESSING, PROCESSING]);
    assert.equal((await poll(0))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    fail(0);
    assert.equal((await poll(id))["status"], "ready");
  });

  it("is no reason to refuse a task that was accepted, and waits for its result", async () => {
    const { call, poll, fail } = await startServer();
    await call("getBalance", { clientKey: payer.key });
    fail(1);
    const task = { type: "ImageToTextTask", body: EXAMPLE_PICTURE };
    const created = await call("createTask", { clientKey: payer.key, wait: 15, task });
    assert.deepEqual(created, { errorId: 0, taskId: created["taskId"] });
    await endOldest(desk, "solved");
    assert.equal((await poll(Number(created["taskId"])))["status"], "ready");
  });

  it("is answered alike for every key that cannot be looked up, and brings it nothing", async () => {
    const { call, poll, results, fail } = await startServer();
    const id = await solvedTask();
    const row = await desk.reader.task(id, payer.caller.accountId);
    assert(row);
    results.ended(row, Infinity);
    fail(Infinity);
    for (const key of [payer.key, "no-such-key", `${payer.key}__nocache`]) {
      assert.deepEqual(await poll(id, key), PROCESSING, key);
    }
    assert.equal((await poll(id, ""))["errorCode"], "ERROR_KEY_DOES_NOT_EXIST");
    const balance = await call("getBalance", { clientKey: payer.key });
    assert.equal(balance["errorCode"], "ERROR_SERVICE_NOT_AVAILABLE");
    fail(0);
    assert.equal((await poll(id, "no-such-key"))["errorCode"], "ERROR_KEY_DOES_NOT_EXIST");
    assert.equal((await poll(id))["status"], "ready");
  });
});
