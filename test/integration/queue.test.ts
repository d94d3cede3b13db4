import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Database } from "../../src/database/database.ts";
import { openPool } from "../../src/database/pool.ts";
import { claim } from "../../src/tasks/claim.ts";
import { RecentImages } from "../../src/tasks/recent-images.ts";
import { Submitter } from "../../src/tasks/submit.ts";
import type { Settlement } from "../../src/tasks/settle.ts";
import { endAllLeases, MAX_ATTEMPTS, sweep } from "../../src/tasks/sweep.ts";
import { createTestDesk, type TestAccount } from "../support/desk.ts";

const CLAIM = { lane: "machine", limit: 100, leasedBy: "test", leaseMs: 60_000 };

const desk = await createTestDesk();
const payer = await desk.addAccount("payer", 1_000_000);

async function submit(overrides: Parameters<TestAccount["task"]>[0] = {}): Promise<number> {
  const submitted = await desk.submitter.submit(payer.task(overrides));
  assert(submitted.outcome === "accepted");
  return submitted.id;
}

async function claimAll(overrides: Partial<typeof CLAIM> = {}) {
  return claim(desk.database, desk.images, { ...CLAIM, ...overrides });
}

function solved({ key, lease }: { key: number; lease: number }, text = "abc"): Settlement {
  return { key, lease, to: "solved", solver: "test", solution: { text }, confidence: 1, detail: null };
}

async function balance(): Promise<{ balance: number; held: number }> {
  const { accounts, faults } = await audit(desk.database);
  assert.deepEqual(faults, []);
  const row = accounts.find(({ account }) => account === "payer");
  assert(row);
  return { balance: row.balance, held: row.held };
}

describe("the queue", () => {
  it("holds the price at creation and captures it when solved, once", async () => {
    const start = await balance();
    const id = await submit();
    assert.deepEqual(await balance(), { balance: start.balance - 30, held: start.held + 30 });
    const [task] = await claimAll();
    assert(task);
    assert.equal(task.image?.toString(), "a picture");
    assert.equal((await desk.reader.task(id, payer.caller.accountId))?.state, "leased");
    assert.equal(await desk.settler.settle(solved(task)), "settled");
    assert.deepEqual(await balance(), { balance: start.balance - 30, held: start.held });
    assert.equal(await desk.settler.settle(solved(task)), "late");
    assert.deepEqual(await balance(), { balance: start.balance - 30, held: start.held });
    const view = await desk.reader.task(id, payer.caller.accountId);
    assert.deepEqual(JSON.parse(view?.solution ?? ""), { text: "abc" });
  });

  it("reads the picture from the database when another process wrote the task, whatever its size", async () => {
    for (const bytes of [1, 7999, 8000, 8001, 16_000, 100_003]) {
      const image = Buffer.from(Array.from({ length: bytes }, (_, at) => at % 251));
      await submit({ image });
      const [row] = await desk.database.query<{ key: number }>("select max(key) as key from tasks");
      desk.images.take(row?.key ?? 0);
      const [task] = await claimAll();
      assert(task);
      assert.deepEqual(task.image, image);
      await desk.settler.settle(solved(task));
    }
  });

  it("reads the picture again when the database goes away after the claim", async () => {
    const image = Buffer.alloc(3_000, 7);
    const id = await submit({ image });
    const outside = openPool({
      connection: { ...desk.connection, database: "postgres" },
      logger: silentLogger,
      size: 1,
    });
    const { database } = desk.connection;
    const open = async (to: boolean) => {
      await outside.query(`alter database ${database} with allow_connections ${to}`);
      if (!to)
        await outside.query(
          "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1",
          [database],
        );
    };
    let faults = 0;
    const interrupted: Pick<Database, "query" | "relaxed"> = {
      relaxed: {
        query: async (statement, values) => {
          const rows = await desk.database.relaxed.query(statement, values);
          await open(false);
          return rows as never;
        },
      },
      query: async (statement, values) => {
        try {
          return await desk.database.query(statement, values);
        } catch (error) {
          faults += 1;
          await open(true);
          throw error;
        }
      },
    };
    try {
      const [task] = await claim(interrupted, new RecentImages(0), { ...CLAIM, lane: "machine" });
      assert.equal(faults, 1);
      assert.deepEqual(task?.image, image);
      assert.equal(await desk.settler.settle(solved(task)), "settled");
    } finally {
      await open(true);
      await outside.close();
    }
    assert.equal((await desk.reader.task(id, payer.caller.accountId))?.state, "solved");
  });

  it("releases the hold of a task that failed", async () => {
    const start = await balance();
    const id = await submit();
    const [task] = await claimAll();
    assert(task);
    await desk.settler.settle({
      key: task.key,
      lease: task.lease,
      to: "failed",
      solver: "test",
      errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
      errorDescription: "no",
      detail: null,
    });
    assert.deepEqual(await balance(), start);
    assert.equal((await desk.reader.task(id, payer.caller.accountId))?.errorCode, "ERROR_CAPTCHA_UNSOLVABLE");
  });

  it("gives every task to one claimant, the oldest of the highest priority first", async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => submit()));
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimAll({ limit: 5 })));
    const tasks = claims.flat();
    assert.equal(new Set(tasks.map(({ key }) => key)).size, tasks.length);
    const rest = await claimAll();
    assert.equal(tasks.length + rest.length, ids.length);
    await Promise.all([...tasks, ...rest].map((task) => desk.settler.settle(solved(task))));

    const first = await submit();
    const second = await submit();
    await desk.database.query("update tasks set priority = 5 where id = $1", [second]);
    const [urgent] = await claimAll({ limit: 1 });
    const [ordinary] = await claimAll({ limit: 1 });
    assert(urgent && ordinary);
    assert(urgent.key > ordinary.key);
    assert.equal(first + 1, second);
    await Promise.all([urgent, ordinary].map((task) => desk.settler.settle(solved(task))));
  });

  it("never shows another account's task", async () => {
    const stranger = await desk.addAccount("stranger", 0);
    const id = await submit();
    assert.equal(await desk.reader.task(id, stranger.caller.accountId), null);
    for (const task of await claimAll()) await desk.settler.settle(solved(task));
  });

  it("queues a task again when its lease is over, and the late writer loses", async () => {
    await submit();
    const [slow] = await claimAll({ leaseMs: 0 });
    assert(slow);
    assert.equal((await sweep(desk.database, 600)).requeued, 1);
    const [fast] = await claimAll();
    assert(fast);
    assert.equal(fast.key, slow.key);
    assert.equal(fast.attempt, 2);
    assert.equal(await desk.settler.settle(solved(slow, "late")), "late");
    assert.equal(await desk.settler.settle(solved(fast, "in time")), "settled");
    await balance();
  });

  it("gives a task back by its lease", async () => {
    await submit();
    const [task] = await claimAll();
    assert(task);
    assert.equal(await desk.settler.settle({ key: task.key, lease: task.lease, to: "queued" }), "settled");
    const [again] = await claimAll();
    assert.equal(again?.key, task.key);
    assert(again);
    await desk.settler.settle(solved(again));
  });

  it("ends a task whose attempts are used up, without charge", async () => {
    const start = await balance();
    const id = await submit();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      assert.equal((await claimAll({ leaseMs: 0 })).length, 1);
      await sweep(desk.database, 600);
    }
    assert.equal((await claimAll()).length, 0);
    assert.equal((await desk.reader.task(id, payer.caller.accountId))?.state, "expired");
    assert.deepEqual(await balance(), start);
  });

  it("ends tasks at their deadline, queued or leased, without charge", async () => {
    const start = await balance();
    await submit({ deadlineMs: 60_000 });
    assert.equal((await claimAll()).length, 1);
    const queued = await submit({ deadlineMs: 60_000 });
    await desk.database.query(
      "update tasks set deadline_at = now(), leased_until = least(leased_until, now()) where state in ('queued', 'leased')",
    );
    assert.equal((await claimAll()).length, 0);
    assert.equal((await sweep(desk.database, 600)).expired, 2);
    assert.equal((await desk.reader.task(queued, payer.caller.accountId))?.state, "expired");
    assert.deepEqual(await balance(), start);
  });

  it("ends all leases for a server that starts alone", async () => {
    await submit();
    assert.equal((await claimAll()).length, 1);
    await endAllLeases(desk.database);
    await sweep(desk.database, 600);
    const [task] = await claimAll();
    assert.equal(task?.attempt, 2);
    assert(task);
    await desk.settler.settle(solved(task));
  });

  it("deletes ended tasks and their pictures when they are no longer kept", async () => {
    const id = await submit();
    const [task] = await claimAll();
    assert(task);
    await desk.settler.settle(solved(task));
    await sweep(desk.database, 600);
    assert(await desk.reader.task(id, payer.caller.accountId));
    await desk.database.query("update tasks set keep_until = now() where keep_until is not null");
    await sweep(desk.database, 600);
    assert.equal(await desk.reader.task(id, payer.caller.accountId), null);
    const [left] = await desk.database.query<{ images: number }>(
      "select count(*) as images from task_images i where not exists (select from tasks t where t.key = i.task_key)",
    );
    assert.equal(left?.images, 0);
    await balance();
  });
});

describe("taskIds", () => {
  it("come round after 2^31 - 1 and skip those that are still kept", async () => {
    await desk.database.query("delete from tasks where state in ('solved', 'failed', 'expired')");
    await desk.database.query("alter sequence task_ids restart with 5");
    const kept = await Promise.all(Array.from({ length: 30 }, () => submit()));
    assert.deepEqual([Math.min(...kept), Math.max(...kept)], [5, 34]);
    await desk.database.query("alter sequence task_ids restart with 2147483646");
    const ids: number[] = [];
    for (let count = 0; count < 8; count += 1) ids.push(await submit());
    assert.deepEqual(ids.slice(0, 2), [2_147_483_646, 2_147_483_647]);
    assert.equal(new Set([...kept, ...ids]).size, kept.length + ids.length);
    for (const task of await claimAll()) await desk.settler.settle(solved(task));
    await balance();
  });
});

describe("a database that hangs", () => {
  it("is not made to wait for more tasks than can be written in time", async () => {
    const submitter = new Submitter(
      { ...desk.database, query: () => Promise.reject(new Error("gone")) },
      desk.images,
      desk.results,
      null,
      () => undefined,
    );
    const waiting = Array.from({ length: 2_000 }, () => submitter.submit(payer.task()));
    await assert.rejects(submitter.submit(payer.task()), { code: "ERROR_NO_SLOT_AVAILABLE" });
    assert((await Promise.allSettled(waiting)).every(({ status }) => status === "rejected"));
  });
});

describe("insufficient funds", () => {
  it("keep what an earlier round of the batch has written when a later one fails", async () => {
    const poor = await desk.addAccount("unlucky", 100);
    let rounds = 0;
    const database: typeof desk.database = {
      ...desk.database,
      query: (statement, values) => {
        const isSubmit = typeof statement !== "string" && statement.name === "submit";
        if (isSubmit && (rounds += 1) === 2)
          return Promise.reject(Object.assign(new Error("deadlock"), { code: "40P01" }));
        return desk.database.query(statement, values);
      },
    };
    const submitter = new Submitter(database, desk.images, desk.results, null, () => undefined);
    const written = await Promise.allSettled(
      [30, 90, 30].map((price) => submitter.submit(poor.task({ price }))),
    );
    assert.deepEqual(
      written.map(({ status }) => status),
      ["fulfilled", "rejected", "rejected"],
    );
    const { accounts, faults } = await audit(desk.database);
    assert.deepEqual(faults, []);
    const row = accounts.find(({ account }) => account === "unlucky");
    assert.deepEqual([row?.balance, row?.held], [70, 30]);
  });

  it("accepts of one batch what the balance covers, and refuses only the rest", async () => {
    const poor = await desk.addAccount("poor", 100);
    const prices = [60, 60, 40, 30, 200, 0];
    const [richTask, ...outcomes] = await Promise.all([
      desk.submitter.submit(payer.task()),
      ...prices.map((price) => desk.submitter.submit(poor.task({ price }))),
    ]);
    assert.equal(richTask.outcome, "accepted");
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome === "accepted"),
      [true, false, true, false, false, true],
    );
    const { accounts, faults } = await audit(desk.database);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      accounts.filter(({ account }) => account === "poor").map(({ balance, held }) => [balance, held]),
      [[0, 100]],
    );
  });
});
