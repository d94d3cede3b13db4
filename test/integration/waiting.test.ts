import assert from "node:assert/strict";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, it, mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { TEST_KEYS_LANE } from "../../src/protocol/lanes.ts";
import { claim } from "../../src/tasks/claim.ts";
import { Reader } from "../../src/tasks/read.ts";
import { RecentResults } from "../../src/tasks/recent-results.ts";
import { Waiters } from "../../src/tasks/waiters.ts";
import { createTestApp } from "../support/app.ts";
import { until } from "../support/callbacks.ts";
import { endOldest } from "../support/end.ts";

const { app, desk, call } = await createTestApp();
const { database } = desk;
/** Reads what the desk's submitter and settler remember, as the server does. */
const own = await createTestApp({}, { ...desk, reader: new Reader(database, desk.results) });
const { key: clientKey, caller } = await desk.addAccount("payer", 1_000_000);
const task = { type: "ImageToTextTask", body };
/** Cloudflare's public test key, for any site. */
const TEST_KEY = "1x00000000000000000000AA";

const queued = () =>
  until("a task is queued", async () => {
    const rows = await database.query("select 1 as one from tasks where state = 'queued'");
    return rows.length > 0;
  });

const waiting = async () => {
  while (desk.waiters.count === 0) await turn();
};

describe("wait", () => {
  it("answers createTask with the result the moment the task ends", async () => {
    // No timer runs, so nothing looks at the database for ended tasks.
    mock.timers.enable({ apis: ["setTimeout"] });
    const answer = call("createTask", { clientKey, task, wait: 15 });
    try {
      await waiting();
      await endOldest(desk, "solved");
      await answer;
    } finally {
      // The next look, which finds nobody waiting: it would be lost, and nothing would look in the tests below.
      mock.timers.tick(200);
      mock.timers.reset();
    }
    const { taskId, ...rest } = await answer;
    assert.deepEqual(rest, await call("getTaskResult", { clientKey, taskId }));
    assert.equal(rest["status"], "ready");
  });

  it("answers getTaskResult so, too, and tells of a failure with its taskId", async () => {
    const { taskId } = await call("createTask", { clientKey, task });
    const answer = call("getTaskResult", { clientKey, taskId, wait: "15" });
    await endOldest(desk, "solved");
    assert.equal((await answer)["status"], "ready");
    const failing = call("createTask", { clientKey, task, wait: 15 });
    await queued();
    await endOldest(desk, "failed");
    const failed = await failing;
    assert.equal(failed["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
    assert(Number(failed["taskId"]) > 0);
  });

  it("says processing when the time is over", async () => {
    const answer = await call("createTask", { clientKey, task, wait: 0.05 });
    assert.deepEqual(answer, { taskId: answer["taskId"], errorId: 0, status: "processing" });
    const { taskId } = answer;
    assert.deepEqual(await call("getTaskResult", { clientKey, taskId, wait: 0.05 }), {
      errorId: 0,
      status: "processing",
    });
    await endOldest(desk, "solved");
  });

  it("hears of what another process ended", async () => {
    const { taskId } = await call("createTask", { clientKey, task });
    const answer = call("getTaskResult", { clientKey, taskId, wait: 15 });
    await database.query(
      `update tasks set state = 'solved', solution = '{"text":"elsewhere"}', settled_at = now(), keep_until = now() + interval '1 hour'
       where id = $1`,
      [taskId],
    );
    assert.deepEqual((await answer)["solution"], { text: "elsewhere" });
  });

  it("refuses what is no number of seconds, and does not wait for tasks that are not there", async () => {
    for (const wait of [-1, "soon", {}, [1]]) {
      assert.equal((await call("createTask", { clientKey, task, wait }))["errorCode"], "ERROR_INVALID_TASK");
    }
    const missing = await call("getTaskResult", { clientKey, taskId: 999_999, wait: 15 });
    assert.equal(missing["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    // Zero, an empty string and null are no wish to wait.
    for (const wait of [0, "", null]) {
      assert.equal((await call("createTask", { clientKey, task, wait }))["status"], undefined);
      await endOldest(desk, "solved");
    }
  });

  it("tells CapSolver's clients that a result is still to come, and nobody else", async () => {
    const turnstile = { type: "TurnstileTask", websiteURL: "https://a.example", websiteKey: TEST_KEY };
    const { taskId, ...rest } = await call("createTask", { clientKey, task: turnstile, appId: "app" });
    assert(Number(taskId) > 0);
    assert.deepEqual(rest, { errorId: 0, status: "processing" });
    const answer = await call("createTask", { clientKey, task: turnstile });
    assert.equal(answer["status"], undefined);
    for (const _ of [1, 2]) await endOldest(desk, "solved", TEST_KEYS_LANE);
  });

  it("lets whoever hangs up go", async () => {
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    const payload = JSON.stringify({ clientKey, task, wait: 15 });
    socket.write(
      `POST /createTask HTTP/1.1\r\nHost: desk\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`,
    );
    await until("it waits", async () => desk.waiters.count === 1);
    socket.destroy();
    await once(socket, "close");
    await until("it waits no more", async () => desk.waiters.count === 0);
    await endOldest(desk, "solved");
  });

  it("has room for so many, and lets them all go at the end", async () => {
    const waiters = new Waiters(database, new RecentResults());
    const places = Array.from({ length: 2_500 }, (_, at) => waiters.join(1 + (at % 10), 60_000));
    assert.equal(waiters.count, 2_000);
    await places.at(-1)?.over;
    waiters.stop();
    await Promise.all(places.map(({ over }) => over));
    assert.equal(waiters.count, 0);
  });
});

describe("a poll of a task that a solver of this process is at", () => {
  it("is held for a moment, for its own account only", async () => {
    const stranger = await desk.addAccount("another", 0);
    const { taskId } = await own.call("createTask", { clientKey, task });
    const started = await desk.reader.task(Number(taskId), caller.accountId);
    assert(started);
    const poll = { clientKey, taskId };
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      desk.results.leased(started);
      const theirs = await own.call("getTaskResult", { clientKey: stranger.key, taskId });
      assert.equal(theirs["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
      const first = own.call("getTaskResult", poll);
      await waiting();
      mock.timers.tick(50);
      assert.equal((await first)["status"], "processing");
      const second = own.call("getTaskResult", poll);
      await waiting();
      desk.results.ended({ ...started, state: "solved", solution: `{"text":"abc"}` }, Infinity);
      assert.equal((await second)["status"], "ready");
    } finally {
      mock.timers.reset();
    }
    await endOldest(desk, "solved");
  });
});

describe("cancelTask", () => {
  const balance = async () => Number((await call("getBalance", { clientKey }))["balance"]);
  const cancel = (taskId: unknown) => call("cancelTask", { clientKey, taskId });

  it("is free until the task is answered, works once more, and lets late answers lose", async () => {
    const before = await balance();
    const waiting = call("createTask", { clientKey, task, wait: 15 });
    await queued();
    const [leased] = await claim(database, desk.images, {
      lane: "machine",
      limit: 1,
      leasedBy: "test",
      leaseMs: 60_000,
    });
    assert(leased);
    const [row] = await database.query("select id from tasks where key = $1", [leased.key]);
    const taskId = row?.["id"];
    for (let time = 0; time < 3; time += 1)
      assert.deepEqual(await cancel(taskId), { errorId: 0, status: "success" });
    assert.equal(await balance(), before);
    assert.equal((await waiting)["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    const { key, lease } = leased;
    const late = { key, lease, solver: "test", solution: { text: "x" }, confidence: 1, detail: null };
    assert.equal(await desk.settler.settle({ ...late, to: "solved" }), "late");
    assert.match(
      String((await call("getTaskResult", { clientKey, taskId }))["errorDescription"]),
      /cancelled/,
    );
  });

  it("refuses what has ended, what is missing and what is another's", async () => {
    const { taskId } = await call("createTask", { clientKey, task });
    await endOldest(desk, "solved");
    assert.match(String((await cancel(taskId))["errorDescription"]), /solved.*charged/);
    const stranger = await desk.addAccount("stranger", 0);
    const theirs = await call("cancelTask", { clientKey: stranger.key, taskId });
    assert.deepEqual(theirs, await call("cancelTask", { clientKey: stranger.key, taskId: Number(taskId) }));
    assert.match(String(theirs["errorDescription"]), /There is no task/);
    assert.equal((await cancel("x"))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
  });
});

describe("deadlineMs and confidence", () => {
  it("shorten the deadline, never below a second, beside the task or in it", async () => {
    const secondsOf = async (request: object) => {
      const { taskId } = await call("createTask", { clientKey, ...request });
      const [row] = await database.query(
        "select extract(epoch from deadline_at - created_at)::double precision as s, fields from tasks where id = $1",
        [taskId],
      );
      await endOldest(desk, "solved");
      assert(!("deadlineMs" in Object(row?.["fields"])));
      return row?.["s"];
    };
    assert.equal(await secondsOf({ task: { ...task, deadlinems: "2500" } }), 2.5);
    assert.equal(await secondsOf({ task, deadlineMs: 3000 }), 3);
    assert.equal(await secondsOf({ task: { ...task, deadlineMs: 4000 }, deadlineMs: 3000 }), 4);
    assert.equal(await secondsOf({ task, deadlineMs: 1e9 }), 60);
    assert.equal(await secondsOf({ task, deadlineMs: 1500.5 }), 1.5);
    assert.equal(await secondsOf({ task: { ...task, deadlineMs: "2500.999" } }), 2.5);
    for (const deadlineMs of [999, -5, "soon", {}]) {
      for (const request of [{ task, deadlineMs }, { task: { ...task, deadlineMs } }]) {
        const answer = await call("createTask", { clientKey, ...request });
        assert.match(String(answer["errorDescription"]), /deadlineMs: expected milliseconds/);
      }
    }
  });

  it("come with the solution when asked for", async () => {
    const fields: unknown[] = [];
    for (const request of [{ task, confidence: "true" }, { task: { ...task, Confidence: true } }, { task }]) {
      const { taskId } = await call("createTask", { clientKey, ...request });
      const [row] = await database.query("select fields from tasks where id = $1", [taskId]);
      fields.push(Reflect.get(Object(row?.["fields"]), "confidence"));
      await endOldest(desk, "solved");
    }
    assert.deepEqual(fields, [true, true, undefined]);
  });
});
