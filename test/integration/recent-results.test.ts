import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { renderResult } from "../../src/http/answers.ts";
import type { Database } from "../../src/database/database.ts";
import type { ClaimedTask } from "../../src/tasks/claim.ts";
import { Reader } from "../../src/tasks/read.ts";
import { RecentResults } from "../../src/tasks/recent-results.ts";
import { Settler, type Settlement } from "../../src/tasks/settle.ts";
import { Submitter, type Taker } from "../../src/tasks/submit.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { createTestDesk } from "../support/desk.ts";

const desk = await createTestDesk();
const payer = await desk.addAccount("payer", 1_000_000);
const stranger = await desk.addAccount("stranger", 0);
const { accountId } = payer.caller;

/** One process: hands new tasks over in memory. Its reads are counted by the statements that they cost. */
function startProcess(keepSeconds = 600) {
  const results = new RecentResults();
  const taken: ClaimedTask[] = [];
  const taker: Taker = {
    lane: "machine",
    name: "test",
    leaseMs: 60_000,
    reserve: (max) => max,
    take: (_reserved, tasks) => void taken.push(...tasks),
  };
  let statements = 0;
  const counted: Database = {
    ...desk.database,
    query: (statement, values) => {
      statements += 1;
      return desk.database.query(statement, values);
    },
  };
  const submitter = new Submitter(desk.database, desk.images, results, taker, () => undefined);
  return {
    results,
    settler: new Settler(desk.database, keepSeconds, results),
    reader: new Reader(counted, results),
    statements: () => statements,
    submit: async (): Promise<{ readonly id: number; readonly task: ClaimedTask }> => {
      const submitted = await submitter.submit(payer.task());
      const task = taken.pop();
      assert(submitted.outcome === "accepted" && task);
      return { id: submitted.id, task };
    },
  };
}

function solved({ key, lease }: ClaimedTask): Settlement {
  // jsonb has an order of its own: what is read from memory must be in that order too.
  return {
    key,
    lease,
    to: "solved",
    solver: "test",
    solution: { zz: "ä", b: [1, 2] },
    confidence: 1,
    detail: null,
  };
}

describe("a process", () => {
  it("answers for the tasks that it solves itself without a statement, as the database would", async () => {
    const { submit, settler, reader, statements } = startProcess();
    const { id, task } = await submit();
    assert.equal((await reader.task(id, accountId))?.state, "leased");
    assert.equal(await settler.settle(solved(task)), "settled");
    const known = await reader.task(id, accountId);
    assert.equal(statements(), 0);
    const stored = await desk.reader.task(id, accountId);
    assert(known && stored);
    assert.equal(renderResult(known), renderResult(stored));
  });

  it("never shows them to another account", async () => {
    const { submit, settler, reader, statements } = startProcess();
    const { id, task } = await submit();
    assert.equal(await reader.task(id, stranger.caller.accountId), null);
    await settler.settle(solved(task));
    assert.equal(await reader.task(id, stranger.caller.accountId), null);
    assert.equal(statements(), 0);
  });

  it("answers for a task that failed as the database would", async () => {
    const { submit, settler, reader, statements } = startProcess();
    const { id, task } = await submit();
    const { key, lease } = task;
    await settler.settle({
      key,
      lease,
      to: "failed",
      solver: "test",
      errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
      errorDescription: "no",
      detail: null,
    });
    assert.equal((await reader.task(id, accountId))?.errorDescription, "no");
    assert.equal(statements(), 0);
    assert.equal((await desk.reader.task(id, accountId))?.errorDescription, "no");
  });

  it("believes the database where somebody else ended the task: a late answer is not remembered", async () => {
    const { submit, settler, reader, results } = startProcess();
    const { id, task } = await submit();
    await desk.database.query("update tasks set leased_until = now(), deadline_at = now() where id = $1", [
      id,
    ]);
    assert.equal((await sweep(desk.database, 600)).expired, 1);
    assert.equal(await settler.settle(solved(task)), "late");
    results.forget(id);
    assert.equal((await reader.task(id, accountId))?.state, "expired");
  });

  it("asks the database for a task that it gave back", async () => {
    const { submit, settler, reader, results } = startProcess();
    const { id, task } = await submit();
    assert.equal(await settler.settle({ key: task.key, lease: task.lease, to: "queued" }), "settled");
    results.forget(id);
    assert.equal((await reader.task(id, accountId))?.state, "queued");
    await desk.database.query("update tasks set deadline_at = now() where id = $1", [id]);
    await sweep(desk.database, 600);
  });

  it("does not answer for longer than a result is kept", async () => {
    const { submit, settler, reader, statements } = startProcess(0);
    const { id, task } = await submit();
    await settler.settle(solved(task));
    await sweep(desk.database, 600);
    assert.equal(await reader.task(id, accountId), null);
    assert.equal(statements(), 1);
    assert.deepEqual((await audit(desk.database)).faults, []);
  });
});
