import assert from "node:assert/strict";
import { it } from "node:test";
import { HELD } from "../../src/people/claims.ts";
import { COUNT, LOST } from "../../src/people/floor.ts";
import { LIST, TODAY } from "../../src/people/history.ts";
import { FORGET, JUDGE } from "../../src/people/quality.ts";
import { TOUCH } from "../../src/people/touched-item.ts";
import { READ } from "../../src/people/trust.ts";
import { LIST_WORKERS } from "../../src/people/workers.ts";
import { createTestDatabase } from "../support/database.ts";
import { explain, type Sample } from "../support/plans.ts";

/**
 * Whatever people did in the last 90 days, what is asked of it while they work reads some of their rows, never all. The
 * last worker has few items, and none of today: a plan that goes through everybody's until it has enough finds no end.
 */
const [ITEMS, WORKERS, QUEUED, MOST_PAGES] = [100_000, 10, 10_000, 500];
const { database } = await createTestDatabase();

await database.query(
  `insert into workers (name, role, allowed, accepts) select 'worker ' || n, 'worker', '{text}', '{text}'
   from generate_series(1, ${WORKERS + 1}) n`,
);
await database.query(
  `insert into worker_items
     (worker_id, session_id, task_key, check_id, lease, kind, claimed_at, ended_at, outcome, took_ms, correct)
   select case when n % ${ITEMS / 5} = 1 then ${WORKERS + 1} else n % ${WORKERS} + 1 end, 1,
     case when n % 31 > 0 then n end, case when n % 31 = 0 then n % 100 end, n, 'text', at, at, 'accepted', 4000,
     case when n % 31 = 0 then true end
   from generate_series(1, ${ITEMS - 1}) n, lateral (select now() - (${ITEMS} - n) * interval '89 days' / ${ITEMS} as at) t`,
);
await database.query(
  `insert into tasks (id, account_id, key_id, type, lane, price, fields, deadline_at)
   select n, 1, 1, 'ImageToTextTask', 'people-text', 30, '{}', now() + interval '1 hour'
   from generate_series(1, ${QUEUED}) n`,
);
await database.query("vacuum analyze worker_items, workers, tasks");

const [busy, idle] = ["1", String(WORKERS + 1)];
const stream = JSON.stringify([{ worker: 1, lanes: ["people-text"], languages: [] }]);
const statements: Sample[] = [
  ["list workers", LIST_WORKERS, []],
  ["history of everybody", LIST, ["null"]],
  ["history of a worker", LIST, [busy]],
  ["history of one who did nothing today", LIST, [idle]],
  ["today", TODAY, [busy]],
  ["judge", JUDGE.text, [busy]],
  ["judge one who did nothing since", JUDGE.text, [idle]],
  ["trust", READ.text, [`'{${ITEMS - 1},${ITEMS - 2}}'`]],
  ["forget", FORGET, []],
  ["what a session holds", HELD, ["1"]],
  ["an item of a session", TOUCH.text, ["1", "1", "1"]],
  ["lost items", LOST, []],
  ["count what waits", COUNT, [`'${stream}'`]],
];

for (const statement of statements) {
  const [name] = statement;
  it(`${name}: reads few of ${ITEMS} items`, async () => {
    const { pages, scans } = await explain(database, statement);
    assert(pages <= MOST_PAGES, `${pages} pages`);
    assert(!scans.includes("worker_items"));
  });
}

it("counts what waits for a worker no further than pages show it", async () => {
  const [row] = await database.query<{ waiting: number }>(COUNT, [stream]);
  assert.equal(row?.waiting, 100);
});

it("would notice when all are read, by an index too", async () => {
  const backwards = "select id from worker_items where kind = 'grid' order by id desc limit 20";
  assert((await explain(database, ["", backwards, []])).pages > 2 * MOST_PAGES);
});
