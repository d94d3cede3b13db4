import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { silentLogger } from "../../base/logger.ts";
import { ThreadFault, ThreadPool, type PoolOptions } from "./pool.ts";

/** A thread that answers each job with its own id and the batch's size; "hang", "die" and "fail" do as they say. */
const obedient = `
  import { parentPort, threadId } from "node:worker_threads";
  parentPort.on("message", (message) => {
    if (message.kind === "close") return parentPort.close();
    if (message.jobs.includes("hang")) for (;;);
    if (message.jobs.includes("die")) process.exit(3);
    if (message.jobs.includes("throw")) throw new Error("out of luck");
    if (message.jobs.includes("fail")) return parentPort.postMessage({ kind: "failed", message: "not this one" });
    parentPort.postMessage({
      kind: "results",
      results: message.jobs.map((job) => ({ job, thread: threadId, batch: message.jobs.length })),
    });
  });
  parentPort.postMessage({ kind: "ready" });
`;

interface Echo {
  job: string;
  thread: number;
  batch: number;
}

function poolOf(
  t: TestContext,
  script = obedient,
  options: Partial<PoolOptions> = {},
): ThreadPool<string, Echo> {
  const pool = new ThreadPool<string, Echo>({
    thread: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
    workerData: null,
    threads: 1,
    batch: 8,
    batchWeight: 100,
    timeLimitMs: 20_000,
    graceMs: 20_000,
    logger: silentLogger,
    ...options,
  });
  t.after(() => pool.stop());
  return pool;
}

test("a pool that was not started starts with its first job", async (t) => {
  assert.equal((await poolOf(t).run("a")).job, "a");
});

test("jobs that wait go out together, in order, up to the batch's size", async (t) => {
  const pool = poolOf(t, obedient, { batch: 3 });
  const results = await Promise.all(["a", "b", "c", "d", "e"].map((job) => pool.run(job)));
  assert.deepEqual(
    results.map(({ job, batch }) => `${job}${batch}`),
    ["a3", "b3", "c3", "d2", "e2"],
  );
});

test("jobs go out together up to a weight; what is heavier goes by itself", async (t) => {
  const pool = poolOf(t);
  const weights = [40, 60, 1, 300, 0, 99, 2];
  const results = await Promise.all(weights.map((weight) => pool.run(`${weight}`, { weight })));
  assert.deepEqual(
    results.map(({ job, batch }) => `${job}: ${batch}`),
    ["40: 2", "60: 2", "1: 1", "300: 1", "0: 2", "99: 2", "2: 1"],
  );
});

test("jobs that shared a batch with one that hangs are done when they come again, each alone", async (t) => {
  const pool = poolOf(t, obedient, { timeLimitMs: 300, graceMs: 50 });
  const jobs = ["a", "hang", "b", "c"];
  const first = await Promise.allSettled(jobs.map((job) => pool.run(job)));
  assert.ok(first.every((one) => one.status === "rejected" && one.reason instanceof ThreadFault));
  const again = await Promise.allSettled(jobs.map((job) => pool.run(job, { alone: true })));
  assert.deepEqual(
    again.map((one) => (one.status === "fulfilled" ? `${one.value.job}${one.value.batch}` : "lost")),
    ["a1", "lost", "b1", "c1"],
  );
});

test("waiting jobs are shared among idle threads", async (t) => {
  const pool = poolOf(t, obedient, { threads: 2 });
  await pool.start();
  const results = await Promise.all(["a", "b", "c", "d"].map((job) => pool.run(job)));
  assert.equal(new Set(results.map((result) => result.thread)).size, 2);
});

for (const what of ["die", "throw"]) {
  test(`a thread that does "${what}" loses its jobs as a ThreadFault and is replaced`, async (t) => {
    const pool = poolOf(t);
    const first = await pool.run("a");
    await assert.rejects(pool.run(what), ThreadFault);
    const second = await pool.run("b");
    assert.notEqual(second.thread, first.thread);
  });
}

test("a thread that hangs is ended after the time limit and replaced", async (t) => {
  const pool = poolOf(t, obedient, { timeLimitMs: 300, graceMs: 50 });
  const first = await pool.run("a");
  await assert.rejects(pool.run("hang"), /gave no answer within 300 ms/);
  assert.notEqual((await pool.run("b")).thread, first.thread);
});

test("a thread that was only slow is replaced too, but closes in its own time and is never ended by force", async (t) => {
  // An inference that is cut short takes the whole process down, see pool.ts.
  const slow = `
    import { parentPort, workerData } from "node:worker_threads";
    const flags = new Int32Array(workerData);
    parentPort.on("message", (message) => {
      if (message.kind === "close") {
        Atomics.add(flags, 1, 1);
        return parentPort.close();
      }
      if (message.jobs.includes("slow")) Atomics.wait(flags, 0, 0);
      parentPort.postMessage({ kind: "results", results: message.jobs.map((job) => ({ job })) });
    });
    parentPort.postMessage({ kind: "ready" });
  `;
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const pool = poolOf(t, slow, { timeLimitMs: 300, workerData: flags.buffer });
  await assert.rejects(pool.run("slow"), ThreadFault);
  assert.equal((await pool.run("b")).job, "b");
  Atomics.store(flags, 0, 1);
  Atomics.notify(flags, 0);
  await pool.stop();
  assert.equal(flags[1], 2, "both threads closed themselves");
});

test("jobs that waited behind a dead thread are done by its replacement", async (t) => {
  const pool = poolOf(t, obedient, { batch: 1 });
  await pool.start();
  const dead = assert.rejects(pool.run("die"), ThreadFault);
  const results = await Promise.all(["a", "b"].map((job) => pool.run(job)));
  await dead;
  assert.deepEqual(
    results.map((result) => result.job),
    ["a", "b"],
  );
});

test("a batch that fails is rejected and the thread stays", async (t) => {
  const pool = poolOf(t);
  const first = await pool.run("a");
  await assert.rejects(pool.run("fail"), /not this one/);
  assert.equal((await pool.run("b")).thread, first.thread);
});

test("a thread that cannot start fails start() and the jobs, and is not started over and over", async (t) => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
  const pool = poolOf(t, `throw new Error("no model")`, { logger });
  await assert.rejects(pool.start(), /no model/);
  assert.equal(warnings.length, 1);
  await assert.rejects(pool.run("a"), /no model/);
  assert.equal(warnings.length, 2);
});

test("an aborted job is rejected at once, waiting or in work; its neighbours are not", async (t) => {
  const pool = poolOf(t, obedient, { batch: 1 });
  const control = new AbortController();
  const reason = new Error("too late");
  const { signal } = control;
  const work = [pool.run("a", { signal }), pool.run("b"), pool.run("c", { signal })];
  control.abort(reason);
  const settled = await Promise.allSettled(work);
  assert.deepEqual(
    settled.map((one) => one.status),
    ["rejected", "fulfilled", "rejected"],
  );
  await assert.rejects(pool.run("d", { signal }), reason);
});

test("stop rejects what waits, is idempotent, and the pool can be started again", async (t) => {
  const pool = poolOf(t);
  await pool.start();
  const stopping = pool.stop();
  await assert.rejects(pool.run("late"), ThreadFault);
  await Promise.all([stopping, pool.stop()]);
  assert.equal((await pool.run("a")).job, "a");
});

test("stop during the start ends the threads that are starting", async (t) => {
  const pool = poolOf(t);
  const job = assert.rejects(pool.run("a"), ThreadFault);
  const starting = pool.start().catch((error: unknown) => error);
  await pool.stop();
  await job;
  const outcome = await starting; // it may have been ready just before
  assert.ok(outcome === undefined || outcome instanceof ThreadFault);
});
