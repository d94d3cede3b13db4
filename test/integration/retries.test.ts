import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { forgetIdempotencyKeys, identityOf } from "../../src/tasks/idempotency.ts";
import { removeRule, setRule } from "../../src/tasks/rules.ts";
import { createTestApp, parseAnswer } from "../support/app.ts";
import { endOldest } from "../support/end.ts";

const { app, desk, call } = await createTestApp();
// A second process on the same database.
const other = await createTestApp({}, desk);
const { database } = desk;
const task = { type: "ImageToTextTask", body };

type Json = Record<string, unknown>;

async function create(name: unknown, request: Json, on = app): Promise<Json> {
  const headers = { "idempotency-key": name } as Record<string, string>;
  return parseAnswer(
    await on.inject({ method: "POST", url: "/createTask", headers, payload: JSON.stringify(request) }),
  );
}

async function payer(name: string, balance = 1_000_000) {
  const { key: clientKey, caller } = await desk.addAccount(name, balance);
  return {
    clientKey,
    keyId: caller.keyId,
    balance: async () => Number((await call("getBalance", { clientKey }))["balance"]),
  };
}

describe("an Idempotency-Key", () => {
  it("makes a repeated request the same task, paid for once, in any process", async () => {
    const { clientKey, balance } = await payer("patient");
    const first = await create("order 1", { clientKey, task });
    assert.equal(first["errorId"], 0, JSON.stringify(first));
    for (const on of [app, other.app]) {
      assert.deepEqual(await create("order 1", { clientKey, task }, on), first);
      // Spelling, order and what is ignored do not make another request, and neither does how to wait.
      const retold = {
        softId: 7,
        wait: 0.01,
        task: { BODY: body, extra: null, type: "imagetotexttask" },
        clientKey,
      };
      assert.equal((await create("order 1", retold, on))["taskId"], first["taskId"]);
    }
    assert.equal(await balance(), 1 - 0.00003);
    assert.notEqual((await create("order 2", { clientKey, task }))["taskId"], first["taskId"]);
    assert.notEqual((await call("createTask", { clientKey, task }))["taskId"], first["taskId"]);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 90);
  });

  it("stays good when the operator changes who answers", async () => {
    const { clientKey, keyId, balance } = await payer("governed");
    const first = await create("ruled", { clientKey, task }, other.app);
    const scope = { key: clientKey, type: null };
    const follows = async (mode: string) => {
      while (other.rules.of(keyId, "ImageToTextTask").mode !== mode) await database.query("select 1");
    };
    await setRule(database, scope, { mode: "machine", consensus: "1" });
    await follows("machine");
    assert.deepEqual(await create("ruled", { clientKey, task }, other.app), first);
    const second = await create("ruled too", { clientKey, task }, other.app);
    assert.equal(second["errorId"], 0);
    await removeRule(database, scope);
    await follows("machine-then-people");
    assert.deepEqual(await create("ruled too", { clientKey, task }, other.app), second);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 60);
  });

  it("stays good when the operator takes such pictures no longer", async () => {
    const { clientKey, balance } = await payer("former");
    const drawings = await createTestApp({ GLYPHDESK_SVG: "on" }, desk);
    const small = await createTestApp({ GLYPHDESK_MAX_IMAGE_BYTES: "1000" }, desk);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><path d="M1 1 20 30"/></svg>`;
    const drawing = { ...task, body: Buffer.from(svg.padEnd(200)).toString("base64") };
    const photo = {
      ...task,
      body: Buffer.concat([Buffer.from(body, "base64"), Buffer.alloc(1000)]).toString("base64"),
    };
    for (const [name, sent, before, since, code] of [
      ["drawn", drawing, drawings.app, app, "ERROR_INVALID_TASK"],
      ["large", photo, app, small.app, "ERROR_TOO_BIG_CAPTCHA_FILESIZE"],
    ] as const) {
      const first = await create(name, { clientKey, task: sent }, before);
      assert.equal(first["errorId"], 0, JSON.stringify(first));
      assert.deepEqual(await create(name, { clientKey, task: sent }, since), first);
      assert.equal((await create(`${name} anew`, { clientKey, task: sent }, since))["errorCode"], code);
    }
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 60);
  });

  it("stays good across an upgrade: versions make the same of a request", () => {
    const fields = { numeric: 1, case: true };
    const wanted = { type: "ImageToTextTask", fields, image: Buffer.from("a picture"), deadlineMs: 60_000 };
    assert.deepEqual(identityOf("order 1", { ...wanted, callback: undefined }), {
      name: "f3d6f0d55b053fdeb0116c2eaffd74e9113b2fd19d7d0675fd8c87a430993b8d",
      request: "1bdabf256479991784839c38c8101304d955582aafbef89a360cb4df158e7aa3",
    });
  });

  it("refuses another request under the same name, and says so", async () => {
    const { clientKey } = await payer("careless");
    await create("x", { clientKey, task });
    for (const changed of [
      { ...task, case: true },
      { type: "ImageToTextTask", body: body.replace(/.{4}$/, "AAAA") },
      { ...task, deadlineMs: 5_000 },
    ]) {
      const answer = await create("x", { clientKey, task: changed });
      assert.deepEqual([answer["errorCode"], answer["taskId"]], ["ERROR_INVALID_TASK", 0]);
      assert.match(String(answer["errorDescription"]), /Idempotency-Key was used/);
    }
  });

  it("belongs to its API key", async () => {
    const [one, two] = [await payer("one"), await payer("two")];
    const answers = [
      await create("same", { clientKey: one.clientKey, task }),
      await create("same", { clientKey: two.clientKey, task }),
    ];
    assert.notEqual(answers[0]?.["taskId"], answers[1]?.["taskId"]);
  });

  it("holds for duplicates that come at once, over two processes", async () => {
    const { clientKey, balance } = await payer("nervous");
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        create(`n${at % 4}`, { clientKey, task }, at % 2 === 0 ? app : other.app),
      ),
    );
    assert.equal(new Set(answers.map(({ taskId }) => taskId)).size, 4);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 4 * 30);
    assert.deepEqual((await audit(database)).faults, []);
  });

  it("is not used up by a refusal", async () => {
    const { clientKey } = await payer("poor", 29);
    assert.equal((await create("later", { clientKey, task }))["errorCode"], "ERROR_ZERO_BALANCE");
    assert.equal(
      (await create("later", { clientKey, task: { type: "X" } }))["errorCode"],
      "ERROR_TASK_NOT_SUPPORTED",
    );
    await database.query("update accounts set balance = 1000 where name = 'poor'");
    await database.query(
      "insert into ledger (account_id, kind, amount) select id, 'top-up', 971 from accounts where name = 'poor'",
    );
    assert.equal((await create("later", { clientKey, task }))["errorId"], 0);
  });

  it("answers with the taskId also when the task is no longer kept, and is forgotten after a day", async () => {
    const { clientKey, balance } = await payer("slow");
    const { taskId } = await create("old", { clientKey, task });
    await database.query("delete from tasks where id = $1", [taskId]);
    assert.deepEqual(await create("old", { clientKey, task, wait: 5 }), { errorId: 0, taskId });
    assert.equal(
      (await call("getTaskResult", { clientKey, taskId }))["errorCode"],
      "ERROR_NO_SUCH_CAPCHA_ID",
    );
    await database.query("update idempotency_keys set expires_at = now()");
    const anew = await create("old", { clientKey, task });
    assert.notEqual(anew["taskId"], taskId);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 60);
    await database.query("update idempotency_keys set expires_at = now()");
    assert((await forgetIdempotencyKeys(database)) > 0);
    assert.deepEqual(await database.query("select from idempotency_keys"), []);
  });

  it("must be one line of printable characters", async () => {
    const { clientKey } = await payer("odd");
    for (const name of ["", "x".repeat(256), "\u00e9"]) {
      assert.equal((await create(name, { clientKey, task }))["errorCode"], "ERROR_INVALID_TASK", name);
    }
  });

  it("lets the task be solved like any other", async () => {
    await database.query("delete from tasks");
    const { clientKey } = await payer("solver");
    const { taskId } = await create("s", { clientKey, task });
    await endOldest(desk, "solved");
    const again = await create("s", { clientKey, task, wait: 10 });
    assert.partialDeepStrictEqual(again, { errorId: 0, taskId, status: "ready", solution: { text: "abc" } });
  });
});
