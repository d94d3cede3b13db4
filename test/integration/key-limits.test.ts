import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { createKey, KeyRing, limitKey, listKeys } from "../../src/accounts/keys.ts";
import type { StoredLimits } from "../../src/accounts/key-limits.ts";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { TaskRate } from "../../src/http/key-limits.ts";
import { createTestApp } from "../support/app.ts";
import { until } from "../support/callbacks.ts";
import { endOldest } from "../support/end.ts";

const { app, desk, call } = await createTestApp({ GLYPHDESK_TRUST_PROXY: "10.0.0.0/8" });
const { database } = desk;
await desk.addAccount("payer", 1_000_000);
const task = { type: "ImageToTextTask", body };

const keyWith = (limits: Partial<StoredLimits>) => createKey(database, "payer", undefined, limits);
const codeOf = async (clientKey: string, request: object = { task }) =>
  (await call("createTask", { clientKey, ...request }))["errorCode"];

describe("the limits of a key", () => {
  it("hold it to task types and sites", async () => {
    const types = await keyWith({ types: ["ImageToTextTask", "ComplexImageTask recaptcha"] });
    assert.equal(await codeOf(types), undefined);
    await endOldest(desk, "solved");
    const turnstile = { type: "TurnstileTask", websiteURL: "https://shop.example", websiteKey: "k" };
    assert.equal(await codeOf(types, { task: turnstile }), "ERROR_TASK_NOT_SUPPORTED");
    const sites = await keyWith({ sites: ["shop.example", "*.test.example"] });
    const test = "1x00000000000000000000AA";
    for (const [websiteURL, code] of [
      ["https://shop.example/a", undefined],
      ["https://a.test.example", undefined],
      ["https://test.example", "ERROR_DOMAIN_NOT_ALLOWED"],
      ["https://shop.example.evil.example", "ERROR_DOMAIN_NOT_ALLOWED"],
    ] as const) {
      assert.equal(
        await codeOf(sites, { task: { ...turnstile, websiteURL, websiteKey: test } }),
        code,
        websiteURL,
      );
    }
    assert.equal(await codeOf(sites), undefined, "a picture without an address belongs to no site");
  });

  it("hold it to addresses, as seen through the operator's own proxies alone", async () => {
    const clientKey = await keyWith({ ips: ["192.0.2.0/24", "2001:db8::1"] });
    const from = async (remoteAddress: string, forwarded?: string) => {
      const answer = await app.inject({
        method: "POST",
        url: "/getBalance",
        remoteAddress,
        headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
        payload: JSON.stringify({ clientKey }),
      });
      return answer.json<{ errorCode?: string }>().errorCode;
    };
    const no = "ERROR_IP_NOT_ALLOWED";
    assert.equal(await from("192.0.2.9"), undefined);
    assert.equal(await from("::ffff:192.0.2.9"), undefined);
    assert.equal(await from("2001:db8::1"), undefined);
    assert.equal(await from("192.0.3.9"), no);
    assert.equal(await from("192.0.3.9", "192.0.2.9"), no, "a stranger's header is not believed");
    assert.equal(await from("10.1.2.3", "192.0.2.9"), undefined);
    assert.equal(
      await from("10.1.2.3", "192.0.2.9, 198.51.100.1"),
      no,
      "what the client wrote before its address",
    );
    assert.equal(await from("10.1.2.3", "nonsense"), no);
  });

  it("end it when it expires, and change at once", async () => {
    const clientKey = await keyWith({ expiresAt: new Date(Date.now() - 1000) });
    const expired = await call("getBalance", { clientKey });
    assert.equal(expired["errorCode"], "ERROR_KEY_DOES_NOT_EXIST");
    assert.match(String(expired["errorDescription"]), /expired at/);
    await limitKey(database, clientKey.slice(0, 6), { expiresAt: null });
    await until(
      "the change is known",
      async () => (await call("getBalance", { clientKey }))["errorId"] === 0,
    );
  });

  it("hold it to a rate, with a word when to come again, and never punish polling", async () => {
    const clientKey = await keyWith({ tasksPerMinute: 2 });
    const create = () =>
      app.inject({ method: "POST", url: "/createTask", payload: JSON.stringify({ clientKey, task }) });
    const answers = [await create(), await create(), await create()];
    assert.deepEqual(
      answers.map((answer) => answer.json<{ errorCode?: string }>().errorCode),
      [undefined, undefined, "ERROR_NO_SLOT_AVAILABLE"],
    );
    assert.equal(answers[2]?.statusCode, 200);
    assert(["29", "30"].includes(String(answers[2]?.headers["retry-after"])));
    const { taskId } = answers[0]?.json<{ taskId: number }>() ?? {};
    for (let poll = 0; poll < 20; poll += 1) {
      assert.equal((await call("getTaskResult", { clientKey, taskId }))["errorId"], 0);
    }
    const rate = new TaskRate();
    for (const at of [0, 0, 30_000, 60_000]) rate.count(1, 2, at);
    assert.throws(() => rate.count(1, 2, 60_000), /Try again in 30 s/);
    rate.count(2, 2, 60_000);
  });

  it("answer with the hosted service's statuses only where the key asks for them", async () => {
    await desk.addAccount("broke", 0);
    for (const statuses of [false, true]) {
      const clientKey = await createKey(database, "broke", undefined, {
        statuses,
        ips: ["127.0.0.1"],
        tasksPerMinute: 1,
      });
      const send = (remoteAddress = "127.0.0.1") =>
        app.inject({
          method: "POST",
          url: "/createTask",
          remoteAddress,
          payload: JSON.stringify({ clientKey, task }),
        });
      const got = [await send(), await send(), await send("127.0.0.2")];
      assert.deepEqual(
        got.map(({ statusCode }) => statusCode),
        statuses ? [402, 429, 403] : [200, 200, 200],
      );
      for (const answer of got) assert.equal(answer.json<{ errorId: number }>().errorId, 1);
    }
  });
});

describe("a budget", () => {
  const PRICE = 30;
  const spent = async (prefix: string) => {
    const [row] = await database.query(
      "select spent_today::int as today, spent_total::int as total from api_keys where prefix = $1",
      [prefix],
    );
    return row;
  };

  it("cannot be overrun by tasks that come at once, and gets back what was not solved or was refunded", async () => {
    await database.query("update tasks set deadline_at = now() where state = 'queued'");
    const clientKey = await keyWith({ dailyLimit: 10 * PRICE, totalLimit: 12 * PRICE });
    const prefix = clientKey.slice(0, 6);
    const burst = await Promise.all(
      Array.from({ length: 30 }, () =>
        call("createTask", { clientKey, task: { ...task, deadlineMs: 30_000 } }),
      ),
    );
    const ids = burst.flatMap(({ taskId }) => (taskId === 0 ? [] : [taskId]));
    assert.equal(ids.length, 10);
    const refused = burst.find(({ errorId }) => errorId === 1);
    assert.equal(refused?.["errorCode"], "ERROR_ZERO_BALANCE");
    assert.match(String(refused?.["errorDescription"]), /daily budget of this key, 0\.0003 dollars/);
    for (const taskId of ids.slice(0, 2)) await call("cancelTask", { clientKey, taskId });
    assert.deepEqual(await spent(prefix), { today: 8 * PRICE, total: 8 * PRICE });
    await endOldest(desk, "failed");
    const solved = ids[3];
    await endOldest(desk, "solved");
    assert.deepEqual(await spent(prefix), { today: 7 * PRICE, total: 7 * PRICE });
    assert.equal((await call("reportIncorrectImageCaptcha", { clientKey, taskId: solved }))["errorId"], 0);
    assert.deepEqual(await spent(prefix), { today: 6 * PRICE, total: 6 * PRICE });
    // A new day: the daily budget is fresh, the total is not, and what ends now is not of today.
    await database.query(
      "update tasks set created_at = created_at - interval '1 day' where state = 'queued'",
    );
    await database.query("update api_keys set spent_day = spent_day - 1 where prefix = $1", [prefix]);
    const next = await Promise.all(Array.from({ length: 8 }, () => call("createTask", { clientKey, task })));
    assert.equal(next.filter(({ errorId }) => errorId === 0).length, 6);
    assert.match(String(next.find(({ errorId }) => errorId === 1)?.["errorDescription"]), /total budget/);
    await call("cancelTask", { clientKey, taskId: ids[4] });
    assert.deepEqual(await spent(prefix), { today: 6 * PRICE, total: 11 * PRICE });
    assert.deepEqual((await audit(database)).faults, []);
  });

  it("goes by the day that it is, also after a clock that was ahead", async () => {
    const clientKey = await keyWith({ dailyLimit: 2 * PRICE });
    const prefix = clientKey.slice(0, 6);
    const listed = async () => (await listKeys(database)).find((key) => key.prefix === prefix)?.spentToday;
    const moveDay = (days: number) =>
      database.query("update api_keys set spent_day = current_date + $2::int where prefix = $1", [
        prefix,
        days,
      ]);
    for (const code of [undefined, undefined, "ERROR_ZERO_BALANCE"])
      assert.equal(await codeOf(clientKey), code);
    // A transaction that began before midnight comes after one of the new day.
    await moveDay(1);
    assert.deepEqual([await listed(), await codeOf(clientKey)], [2 * PRICE, "ERROR_ZERO_BALANCE"]);
    for (const days of [2, 400]) {
      await moveDay(days);
      assert.deepEqual([await listed(), await codeOf(clientKey)], [0, undefined], `${days} days ahead`);
      assert.deepEqual([await listed(), await codeOf(clientKey)], [PRICE, undefined]);
      assert.deepEqual([await listed(), await codeOf(clientKey)], [2 * PRICE, "ERROR_ZERO_BALANCE"]);
    }
  });

  it("leaves the other keys of the account alone, and ends at the balance like they do", async () => {
    const poor = await desk.addAccount("poor", 100);
    const clientKey = await createKey(database, "poor", undefined, { totalLimit: 1_000_000 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        call("createTask", { clientKey: at % 2 === 0 ? clientKey : poor.key, task }),
      ),
    );
    assert.equal(answers.filter(({ errorId }) => errorId === 0).length, 3);
    for (const { errorCode = "ERROR_ZERO_BALANCE" } of answers) assert.equal(errorCode, "ERROR_ZERO_BALANCE");
    assert.deepEqual((await audit(database)).faults, []);
  });
});

it("costs nothing where there is no limit: then there is nothing to look at", async () => {
  const { key } = await desk.addAccount("free", 0);
  assert.equal((await new KeyRing(database).find(key))?.limits, null);
});
