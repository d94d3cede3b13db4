import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { foldUsage } from "../../src/tasks/usage.ts";
import { createTestApp } from "../support/app.ts";
import { endOldest } from "../support/end.ts";

const { app, desk, call } = await createTestApp();
const { database } = desk;
const payer = await desk.addAccount("payer", 1_000_000);
const clientKey = payer.key;
const task = { type: "ImageToTextTask", body };

interface Hour {
  readonly dateFrom: number;
  readonly dateTill: number;
  readonly volume: number;
  readonly money: number;
}
const spending = async (request: object = {}) =>
  (await call("getSpendingStats", { clientKey, ...request }))["data"] as Hour[];
const sum = (hours: readonly Hour[]) => ({
  volume: hours.reduce((total, { volume }) => total + volume, 0),
  money: Math.round(hours.reduce((total, { money }) => total + money, 0) * 1e6),
});

describe("getSpendingStats", () => {
  it("adds up tasks and money by the hour, refunds taken off, before and after housekeeping", async () => {
    const ids: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push((await call("createTask", { clientKey, task }))["taskId"]);
      await endOldest(desk, count === 2 ? "failed" : "solved");
    }
    await call("reportIncorrectImageCaptcha", { clientKey, taskId: ids[0] });
    const hours = await spending();
    assert.equal(hours.length, 24);
    for (const { dateFrom, dateTill } of hours)
      assert.deepEqual([dateFrom % 3600, dateTill - dateFrom], [0, 3599]);
    assert.deepEqual(sum(hours), { volume: 2, money: 30 });
    assert.deepEqual(sum(hours.slice(-2)), { volume: 2, money: 30 });
    while ((await foldUsage(database)) > 0);
    assert.deepEqual(await spending(), hours);
    assert.deepEqual(sum(await spending({ queue: "imagetotexttask" })), { volume: 2, money: 30 });
    assert.deepEqual(sum(await spending({ queue: "TurnstileTask" })), { volume: 0, money: 0 });
    assert.deepEqual(sum(await spending({ date: 1_672_185_600 })), { volume: 0, money: 0 });
    const stranger = await desk.addAccount("stranger", 0);
    assert.deepEqual(sum(await spending({ clientKey: stranger.key })), { volume: 0, money: 0 });
  });

  it("refuses what is no date and no queue", async () => {
    for (const request of [
      { date: "soon" },
      { date: -1 },
      { date: 1e300 },
      { date: {} },
      { queue: "nonsense" },
      { queue: 5 },
    ]) {
      const answer = await call("getSpendingStats", { clientKey, ...request });
      assert.equal(answer["errorCode"], "ERROR_INVALID_TASK", JSON.stringify(request));
    }
  });
});

describe("getQueueStats", () => {
  it("tells how busy a queue is, without a key, by number or name", async () => {
    await call("createTask", { clientKey, task });
    const answer = await call("getQueueStats", { queueId: 1 });
    assert.partialDeepStrictEqual(answer, {
      errorId: 0,
      waiting: 4,
      total: 4,
      load: 0,
      queued: 1,
      bid: 0.00003,
    });
    assert(Number(answer["speed"]) >= 0);
    assert.deepEqual(await call("getQueueStats", { queue: "ImageToTextTask" }), answer);
    assert.equal((await call("getQueueStats", { queueId: "6" }))["queued"], 0);
    await endOldest(desk, "solved");
    for (const request of [{}, { queueId: 999 }, { queueId: {} }, { queue: [] }]) {
      assert.equal((await call("getQueueStats", request))["errorCode"], "ERROR_INVALID_TASK");
    }
  });
});

describe("test", () => {
  it("echoes the request and says how it was understood, and neither creates nor charges", async () => {
    const before = await database.query(
      "select count(*) as tasks, sum(balance) as money from tasks, accounts",
    );
    const answer = await call("test", {
      clientKey: `${clientKey}__nocache__yandex`,
      task: { ...task, CASE: "true", deadlineMs: 5_000 },
      softId: 7,
      wait: 3,
    });
    assert.deepEqual(answer, {
      errorId: 0,
      request: {
        task: {
          type: "ImageToTextTask",
          body: `… ${body.length} characters …`,
          CASE: "true",
          deadlineMs: 5_000,
        },
        softid: 7,
        wait: 3,
      },
      createTask: {
        errorId: 0,
        type: "ImageToTextTask",
        fields: { case: true, capMonsterModule: "yandex" },
        imageBytes: Buffer.from(body, "base64").byteLength,
        cost: 0.00003,
        deadlineMs: 5_000,
        wait: 3,
      },
    });
    assert(!JSON.stringify(answer).includes(clientKey), "the key is a secret");
    assert.deepEqual(
      await database.query("select count(*) as tasks, sum(balance) as money from tasks, accounts"),
      before,
    );
  });

  it("says what createTask would refuse", async () => {
    const poor = await desk.addAccount("poor", 1);
    const cases: [object, string][] = [
      [{ task: { type: "ImageToTextTask" } }, "ERROR_INVALID_TASK"],
      [{ task: { type: "X" } }, "ERROR_TASK_NOT_SUPPORTED"],
      [{}, "ERROR_TASK_ABSENT"],
      [{ task, clientKey: poor.key }, "ERROR_ZERO_BALANCE"],
      [{ task, callbackUrl: "http://127.0.0.1/" }, "ERROR_INVALID_TASK"],
    ];
    for (const [request, code] of cases) {
      const tested = (await call("test", { clientKey, ...request }))["createTask"];
      assert.equal(Reflect.get(Object(tested), "errorCode"), code);
      assert.deepEqual(tested, await call("createTask", { clientKey, ...request }));
    }
    assert.equal((await call("test", { task }))["errorCode"], "ERROR_KEY_DOES_NOT_EXIST");
  });
});

it("GET /api/useragent/actual is one line of plain text that imitates no browser", async () => {
  const answer = await app.inject("/api/useragent/actual");
  assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
  assert.equal(answer.body, "Mozilla/5.0 (compatible; Glyphdesk)");
});
