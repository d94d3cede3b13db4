import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { openPool } from "../../src/database/pool.ts";
import { LIST } from "../../src/accounts/accounts.ts";
import { CANCEL } from "../../src/tasks/cancel.ts";
import { CLAIM } from "../../src/tasks/claim.ts";
import { FORGET_EXAMPLES, RECORD_EXAMPLES } from "../../src/tasks/examples.ts";
import { LOAD, QUEUED } from "../../src/tasks/queue-stats.ts";
import { READ } from "../../src/tasks/read.ts";
import { FORGET_REPORTS, LOOK, REFUND } from "../../src/tasks/report.ts";
import { SETTLE, SOLVE } from "../../src/tasks/settle.ts";
import { SUBMIT } from "../../src/tasks/submit.ts";
import { SPEND } from "../../src/tasks/submit-guarded.ts";
import { UNFINISHED } from "../../src/tasks/waiters.ts";
import { DELETE, EXPIRE, REQUEUE } from "../../src/tasks/sweep.ts";
import { createTestDesk } from "../support/desk.ts";
import { explain } from "../support/plans.ts";

/**
 * With a million kept tasks and fresh statistics no statement of the hot path may go through the table or an index: a
 * planner that changes its mind would stop the desk on its busiest day. For people see people-plans.test.ts.
 */
const ROWS = 1_000_000;
const MOST_PAGES = 100;
const LARGE = new Set(["tasks", "task_images", "ledger", "examples"]);
const desk = await createTestDesk();

it(`finds its rows by index among ${ROWS} tasks`, async () => {
  const unhurried = openPool({ connection: desk.connection, logger: silentLogger, size: 1, timeoutMs: 0 });
  await unhurried.query(
    `insert into tasks (id, account_id, key_id, type, lane, price, fields, deadline_at, state, settled_at, keep_until, solution)
     select n, 1, 1, 'ImageToTextTask', 'machine', 30, '{}', now(), 'solved', now(), now() + interval '1 hour', '{"text":"x"}'
     from generate_series(1, $1::int) n`,
    [ROWS],
  );
  await unhurried.query(
    `insert into examples (task_key, task_id, account_id, type, lane, fields, verdict, source, created_at)
     select n, n, 1, 'ImageToTextTask', 'machine', '{}', 'incorrect', 'report', now() - n * interval '1 s'
     from generate_series(1, 50000) n`,
  );
  await unhurried.query("analyze tasks, examples");
  await unhurried.close();
  const statements: [string, { readonly text: string }, string[]][] = [
    ["list accounts", { text: LIST }, []],
    ["submit", SUBMIT, ["'[]'", "''", "15000"]],
    ["claim", CLAIM, ["'machine'", "32", "'test'", "15000"]],
    ["settle", SETTLE, ["'[]'", "600"]],
    ["solve", SOLVE, ["'[]'", "600"]],
    ["read", READ, ["'{1,2,3}'"]],
    ["sweep leases", REQUEUE, ["4"]],
    ["sweep deadlines", EXPIRE, ["4", "600"]],
    ["sweep kept", DELETE, []],
    ["record examples", RECORD_EXAMPLES, ["'[]'"]],
    ["forget examples", FORGET_EXAMPLES, ["90"]],
    ["cancel", CANCEL, ["1", "1", "600"]],
    ["unfinished", UNFINISHED, ["'{1,2,3}'"]],
    ["load", LOAD, ["'machine'"]],
    ["queued", QUEUED, ["'{machine,people-text}'"]],
    ["spend", SPEND, ["'[]'"]],
    ["look at a reported task", LOOK, ["1", "1", "900"]],
    ["refund", REFUND, ["1"]],
    ["forget reports", { text: FORGET_REPORTS }, []],
  ];
  for (const [name, statement, parameters] of statements) {
    const { pages, scans } = await explain(desk.database, [name, statement.text, parameters]);
    assert(pages <= MOST_PAGES, `${name}: ${pages} pages`);
    assert.deepEqual(
      scans.filter((table) => LARGE.has(table)),
      [],
      name,
    );
  }
});

it("would notice a scan", async () => {
  const scan = await explain(desk.database, ["", "select count(*) from tasks where price = 31", []]);
  assert.deepEqual(scan.scans, ["tasks"]);
  const backwards = "select key from tasks where price = 31 order by key desc limit 1";
  assert((await explain(desk.database, ["", backwards, []])).pages > 100 * MOST_PAGES);
  assert.match(
    await readFile(new URL("../../src/tasks/settle.ts", import.meta.url), "utf8"),
    /plans\.test\.ts/,
  );
});
