import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { revokeKey } from "../../src/accounts/keys.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp, parseAnswer } from "../support/app.ts";

const { app, desk, call } = await createTestApp({ GLYPHDESK_POLL_LIMIT: "100" });
const payer = await desk.addAccount("payer", 1_000_000);
const clientKey = payer.key;
const body = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");
const request = { clientKey, task: { type: "ImageToTextTask", body } };

async function create(overrides: object = {}): Promise<number> {
  const answer = await call("createTask", { ...request, ...overrides });
  assert.equal(answer["errorId"], 0, JSON.stringify(answer));
  assert.equal(typeof answer["taskId"], "number");
  return Number(answer["taskId"]);
}

async function solveAll(solution: Record<string, unknown>): Promise<Record<string, unknown>[]> {
  const tasks = await claim(desk.database, desk.images, {
    lane: "machine",
    limit: 100,
    leasedBy: "test",
    leaseMs: 60_000,
  });
  await Promise.all(
    tasks.map(({ key, lease }) =>
      desk.settler.settle({
        key,
        lease,
        to: "solved",
        solver: "test",
        solution,
        confidence: 1,
        detail: null,
      }),
    ),
  );
  return tasks.map(({ fields }) => fields);
}

describe("the three methods", () => {
  it("go from createTask to a solution", async () => {
    const taskId = await create();
    assert.deepEqual(await call("getTaskResult", { clientKey, taskId }), {
      errorId: 0,
      status: "processing",
    });
    await solveAll({ text: 'q"uo\\te é' });
    const first = await call("getTaskResult", { clientKey, taskId });
    assert.deepEqual(first["solution"], { text: 'q"uo\\te é' });
    assert.equal(first["status"], "ready");
    assert.equal(first["cost"], 0.00003);
    assert.deepEqual(await call("getTaskResult", { clientKey, taskId: String(taskId) }), first);
    assert.deepEqual(Object.keys(first).toSorted(), [
      "cost",
      "createTime",
      "endTime",
      "errorId",
      "solution",
      "solveCount",
      "status",
    ]);
  });

  it("answer the balance in dollars, what is held not included", async () => {
    const before = (await call("getBalance", { clientKey }))["balance"];
    await create();
    assert.equal((await call("getBalance", { clientKey }))["balance"], Number(before) - 0.00003);
    await solveAll({ text: "x" });
  });

  it("split suffixes off the key and use them", async () => {
    await create({ clientKey: `${clientKey}__nocache__yandex__recognizingthreshold_70` });
    const [fields] = await solveAll({ text: "x" });
    assert.deepEqual(fields, { capMonsterModule: "yandex", recognizingThreshold: 70 });
  });

  it("answer refusals of createTask with taskId 0", async () => {
    const cases: [unknown, string][] = [
      [{ ...request, clientKey: "wrong" }, "ERROR_KEY_DOES_NOT_EXIST"],
      [{ task: request.task }, "ERROR_KEY_DOES_NOT_EXIST"],
      [{ ...request, clientKey: 12345678 }, "ERROR_KEY_DOES_NOT_EXIST"],
      [{ clientKey }, "ERROR_TASK_ABSENT"],
      [{ clientKey, task: "x" }, "ERROR_TASK_ABSENT"],
      [{ clientKey, task: {} }, "ERROR_INVALID_TASK"],
      [{ clientKey, task: { type: "NoSuchTask" } }, "ERROR_TASK_NOT_SUPPORTED"],
      [{ clientKey, task: { type: "ImageToTextTask" } }, "ERROR_INVALID_TASK"],
      [{ clientKey, task: { type: "ImageToTextTask", body: "" } }, "ERROR_ZERO_CAPTCHA_FILESIZE"],
      [{ clientKey, task: { type: "ImageToTextTask", body: "x".repeat(400) } }, "ERROR_INVALID_TASK"],
      ["", "ERROR_TASK_ABSENT"],
      ["{", "ERROR_TASK_ABSENT"],
      ["[]", "ERROR_TASK_ABSENT"],
      ["null", "ERROR_TASK_ABSENT"],
      [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "ERROR_TASK_ABSENT"],
      [`${"[".repeat(200_000)}${"]".repeat(200_000)}`, "ERROR_TASK_ABSENT"],
      [
        `{"clientKey":"${clientKey}","task":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
        "ERROR_INVALID_TASK",
      ],
      [
        { clientKey, task: { type: "ImageToTextTask", body: "A".repeat(2_000_000) } },
        "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
      ],
    ];
    for (const [payload, code] of cases) {
      const answer = await call("createTask", payload);
      const shown = typeof payload === "string" ? payload.slice(0, 40) : JSON.stringify(payload).slice(0, 90);
      assert.equal(answer["errorCode"], code, shown);
      assert.equal(answer["taskId"], 0, shown);
    }
  });

  it("refuse text that is none, wherever it stands", async () => {
    for (const text of ["\\u0000", "\\ud800", "a\\uDC00b"]) {
      const task = `{"type":"ImageToTextTask","body":"${body}","capMonsterModule":"${text}"}`;
      const answer = await call("createTask", `{"clientKey":"${clientKey}","task":${task}}`);
      assert.equal(answer["errorCode"], "ERROR_INVALID_TASK", text);
      const suffix = await call(
        "createTask",
        `{"clientKey":"${clientKey}__${text}","task":${JSON.stringify(request.task)}}`,
      );
      assert.equal(suffix["errorCode"], "ERROR_INVALID_TASK", text);
    }
    const escaped = `{"clientKey":"${clientKey}","task":${JSON.stringify(request.task)},"note":"\\\\u0000 \\ud83d\\ude00"}`;
    assert.equal((await call("createTask", escaped))["errorId"], 0);
    await solveAll({ text: "x" });
    const odd = { type: "CustomTask", class: { toString: 1, valueOf: 1 } };
    assert.equal((await call("createTask", { clientKey, task: odd }))["errorCode"], "ERROR_INVALID_TASK");
  });

  it("take the last of repeated keys, and __proto__ as a name like any other", async () => {
    const twice = `{"clientKey":"wrong","clientKey":"${clientKey}","__proto__":{"task":1},"task":${JSON.stringify(request.task)}}`;
    assert.equal((await call("createTask", twice))["errorId"], 0);
    await solveAll({ text: "x" });
  });

  it("tell nothing of tasks that are missing, of others, or not numbers", async () => {
    const stranger = await desk.addAccount("stranger", 0);
    const taskId = await create();
    const others = await call("getTaskResult", { clientKey: stranger.key, taskId });
    const absent = await call("getTaskResult", { clientKey, taskId: taskId + 999 });
    assert.equal(others["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    assert.equal(
      String(others["errorDescription"]).replaceAll(/\d+/g, "N"),
      String(absent["errorDescription"]).replaceAll(/\d+/g, "N"),
    );
    for (const wrong of [
      undefined,
      null,
      "abc",
      1.5,
      -1,
      0,
      2 ** 31,
      1e300,
      {},
      [taskId],
      true,
      "9".repeat(30),
    ]) {
      const answer = await call("getTaskResult", { clientKey, taskId: wrong });
      assert.equal(answer["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID", JSON.stringify(wrong));
    }
    await solveAll({ text: "x" });
  });

  it("refuse a task that the balance does not cover", async () => {
    const poor = await desk.addAccount("poor", 29);
    assert.equal(
      (await call("createTask", { ...request, clientKey: poor.key }))["errorCode"],
      "ERROR_ZERO_BALANCE",
    );
  });

  it("refuse an endless poller of one task, at the configured count", async () => {
    const taskId = await create();
    for (let poll = 0; poll < 100; poll += 1) {
      assert.equal((await call("getTaskResult", { clientKey, taskId }))["errorId"], 0);
    }
    assert.equal(
      (await call("getTaskResult", { clientKey, taskId }))["errorCode"],
      "ERROR_TOO_MUCH_REQUESTS",
    );
    await solveAll({ text: "x" });
  });

  it("stop answering a revoked key at once", async () => {
    const leaver = await desk.addAccount("leaver", 0);
    assert.equal((await call("getBalance", { clientKey: leaver.key }))["errorId"], 0);
    const told = Promise.withResolvers<void>();
    desk.database.listen("revocation_was_told", (payload) => payload === "now" && told.resolve());
    await revokeKey(desk.database, leaver.key);
    // Notifications come in the order of their commits, so once this one is here the revocation is known as well.
    const ping = setInterval(
      () => void desk.database.query("select pg_notify('revocation_was_told', 'now')"),
      20,
    );
    await told.promise;
    clearInterval(ping);
    assert.equal(
      (await call("getBalance", { clientKey: leaver.key }))["errorCode"],
      "ERROR_KEY_DOES_NOT_EXIST",
    );
  });
});

describe("the transport", () => {
  const inject = (options: {
    method?: "GET" | "POST" | "PUT";
    url?: string;
    headers?: Record<string, string>;
    payload?: string | Buffer;
  }) =>
    app.inject({ method: "POST", url: "/getBalance", payload: JSON.stringify({ clientKey }), ...options });

  it("reads JSON whatever the content type, the casing of the path, or the trailing slash", async () => {
    for (const type of ["text/plain; charset=utf-8", "application/x-www-form-urlencoded", "nonsense", ""]) {
      assert.equal(parseAnswer(await inject({ headers: { "content-type": type } }))["errorId"], 0, type);
    }
    for (const url of ["/getBalance/", "/getbalance", "//getBalance", "/GETBALANCE?x=1"]) {
      assert.equal(parseAnswer(await inject({ url }))["errorId"], 0, url);
    }
  });

  it("undoes gzip, and refuses damaged gzip and gzip bombs", async () => {
    const headers = { "content-encoding": "gzip" };
    assert.equal(
      parseAnswer(await inject({ headers, payload: gzipSync(JSON.stringify({ clientKey })) }))["errorId"],
      0,
    );
    const damaged = parseAnswer(await inject({ headers, payload: Buffer.from("not gzip at all") }));
    assert.equal(damaged["errorCode"], "ERROR_TASK_ABSENT");
    const bomb = gzipSync(Buffer.alloc(200_000_000, " "));
    const before = process.memoryUsage().rss;
    assert.equal(
      parseAnswer(await inject({ headers, payload: bomb }))["errorCode"],
      "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
    );
    assert(process.memoryUsage().rss - before < 100_000_000);
  });

  it("answers wrong verbs and unknown paths in the protocol's shape", async () => {
    for (const options of [
      { method: "GET" as const },
      { method: "PUT" as const },
      { url: "/noSuchMethod" },
      { url: "/%00" },
      { url: "/createTask/%zz" },
    ]) {
      assert.equal(
        parseAnswer(await inject(options))["errorCode"],
        "ERROR_NO_SUCH_METHOD",
        JSON.stringify(options),
      );
    }
  });

  it("says of an unknown path where the documentation is, and keeps the query to itself", async () => {
    const described = async (options: { readonly method?: "GET"; readonly url: string }) =>
      String(parseAnswer(await inject(options))["errorDescription"]);
    assert.match(await described({ method: "GET", url: "/" }), /^There is no GET \/\. .* at \/docs\.$/);
    for (const url of ["/load.php?key=secret", "/createTask?key=secret", "/%zz?key=secret"]) {
      assert.match(await described({ method: "GET", url }), /^There is no GET \/[^ ?]+\. Methods /, url);
    }
    assert.doesNotMatch(await described({ url: "/load.php?key=secret" }), /secret|docs/);
  });

  it("answers over a real socket: no content type, 100-continue, an offer of h2c, a body that is too large", async () => {
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as { port: number };
    const exchange = async (head: readonly string[], payload: string) => {
      const socket = connect(port, "127.0.0.1");
      const lines = [
        "POST /getBalance HTTP/1.1",
        "Host: desk",
        `Content-Length: ${payload.length}`,
        "Connection: close",
      ];
      socket.on("error", () => undefined);
      socket.write(`${[...lines, ...head].join("\r\n")}\r\n\r\n${payload}`);
      return text(socket);
    };
    const payload = JSON.stringify({ clientKey });
    assert.match(await exchange([], payload), /^HTTP\/1\.1 200 OK[^]*"errorId":0/);
    assert.match(
      await exchange(["Expect: 100-continue"], payload),
      /^HTTP\/1\.1 100 [^]*HTTP\/1\.1 200 OK[^]*"errorId":0/,
    );
    const h2c = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"];
    assert.match(await exchange(h2c, payload), /^HTTP\/1\.1 200 OK[^]*"errorId":0/);
    assert.match(
      await exchange([], " ".repeat(4_000_000)),
      /^HTTP\/1\.1 200 OK[^]*ERROR_TOO_BIG_CAPTCHA_FILESIZE/,
    );
  });

  it("tells whether it lives and is ready, and its metrics", async () => {
    assert.equal((await app.inject("/health/live")).statusCode, 200);
    assert.equal((await app.inject("/health/ready")).statusCode, 200);
    assert.match((await app.inject("/metrics")).body, /^# HELP/);
  });
});
