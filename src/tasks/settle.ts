import { Batcher } from "../database/batch.ts";
import type { Database, Row } from "../database/database.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import { FREE_BUDGETS } from "./budgets.ts";
import { TASKS_CHANNEL } from "./hints.ts";
import { TASK_VIEW, type TaskView } from "./read.ts";
import type { RecentResults } from "./recent-results.ts";
import { ENDED, SCHEDULE_CALLBACKS } from "./schedule-callbacks.ts";
import { COUNT_USAGE } from "./usage.ts";

/** How a leased task ends, or goes back. */
export type Settlement = { readonly key: number; readonly lease: number } & (
  | {
      readonly to: "solved";
      readonly solver: string;
      readonly solution: Readonly<Record<string, unknown>>;
      /** How long the solution is worth anything, for those that do not keep. */
      readonly lifetimeMs?: number;
      /** 0 to 1; null where it is not known. */
      readonly confidence: number | null;
      readonly detail: Readonly<Record<string, unknown>> | null;
    }
  | {
      readonly to: "failed";
      readonly solver: string;
      readonly errorCode: ErrorCode;
      readonly errorDescription: string;
      readonly detail: Readonly<Record<string, unknown>> | null;
    }
  /** Back to the queue, by the one who holds the lease. */
  | {
      readonly to: "queued";
      /** The lane to wait in from now on, of which its workers are told. The attempts of another lane do not count. */
      readonly lane?: string;
      /** What was found out so far; kept unless given. */
      readonly detail?: Readonly<Record<string, unknown>>;
    }
);

/** `late`: the lease had passed to another or the task had ended; nothing was written. */
export type Settled = "settled" | "late";

const ENTRY = `
  entry as (
    insert into ledger (account_id, kind, amount, task_key)
    select account_id, case when state = 'solved' then 'capture' else 'release' end, price, key
    from ended where price > 0
  )`;

/**
 * The tail that every statement ending tasks shares: it reads "ended" (columns of ENDED), moves the money, counts,
 * and schedules the callbacks. Account rows are touched for releases only, and locked in one order, as the submit statement does.
 */
export const END_TASKS = `
  back as (
    select account_id, sum(price) as total from ended where state <> 'solved' and price > 0 group by account_id
  ), locked as materialized (
    select id from accounts where id in (select account_id from back) order by id for update
  ), booked as (
    update accounts a set balance = a.balance + b.total
    from locked l join back b on b.account_id = l.id where a.id = l.id
  ), ${ENTRY}, ${FREE_BUDGETS}, ${COUNT_USAGE}, ${SCHEDULE_CALLBACKS}`;

// One commit for a batch of settlements. A row whose lease no longer fits is not found, so late writers write nothing.
// Plan: nested loop over the items into the primary key of tasks, or a join with tasks_leased, which is as small as what
// is being worked on. With stale statistics the planner may take a hash
// join with a scan of the whole table; test/integration/plans.test.ts holds it to the index.
/** @param also further parts of the statement, which may read "ended" and "requeued" */
export const settleStatement = (name: string, also = "") => ({
  name,
  text: `
  with item as materialized (
    select * from json_to_recordset($1::json) as i (
      key bigint, lease bigint, "to" text, lane text, solver text, solution jsonb, confidence real, detail jsonb,
      lifetime_ms float8, error_code text, error_description text)
  ), ended as (
    update tasks t
    set state = i."to", settled_at = now(), keep_until = now() + $2 * interval '1 s', lease = null, leased_until = null,
      solver = i.solver, solution = i.solution, confidence = i.confidence, detail = i.detail,
      solution_expires_at = now() + i.lifetime_ms * interval '1 ms',
      error_code = i.error_code, error_description = i.error_description
    from item i
    where t.key = i.key and t.lease = i.lease and t.state = 'leased' and i."to" <> 'queued'
    returning ${ENDED}
  ), requeued as (
    update tasks t set state = 'queued', lease = null, leased_by = null, leased_until = null,
      lane = coalesce(i.lane, t.lane), detail = coalesce(i.detail, t.detail),
      attempts = case when i.lane <> t.lane then 0 else t.attempts end
    from item i
    where t.key = i.key and t.lease = i.lease and t.state = 'leased' and i."to" = 'queued'
    returning t.key, i.lane
  ), told as (
    select pg_notify('${TASKS_CHANNEL}', lane) from (select distinct lane from requeued where lane is not null) l
  ), ${END_TASKS}${also}
  select key, ${TASK_VIEW("ended")}, null::bigint as told from ended
  union all
  select key, null, null, null, null, null, null, null, null, null, null, (select count(*) from told) from requeued`,
});

export const SETTLE = settleStatement("settle");

/**
 * SETTLE for a batch in which every task is solved: nothing goes back to a queue, an account or a budget. Those parts
 * cost even where they find no row: 140 µs of database time for a statement, at 20 tasks 24 µs of 80 for each.
 */
export const SOLVE = {
  name: "solve",
  text: `
  with item as materialized (
    select * from json_to_recordset($1::json) as i (
      key bigint, lease bigint, solver text, solution jsonb, confidence real, detail jsonb, lifetime_ms float8)
  ), ended as (
    update tasks t
    set state = 'solved', settled_at = now(), keep_until = now() + $2 * interval '1 s', lease = null, leased_until = null,
      solver = i.solver, solution = i.solution, confidence = i.confidence, detail = i.detail,
      solution_expires_at = now() + i.lifetime_ms * interval '1 ms'
    from item i
    where t.key = i.key and t.lease = i.lease and t.state = 'leased'
    returning ${ENDED}
  ), ${ENTRY}, ${COUNT_USAGE}, ${SCHEDULE_CALLBACKS}
  select key, ${TASK_VIEW("ended")} from ended`,
};

/** Ends leased tasks, many in one commit, and moves their money. */
export class Settler {
  readonly #batcher: Batcher<Settlement, Settled>;

  /**
   * @param keepSeconds how long ended tasks can be read
   * @param results is told of what was committed
   */
  constructor(database: Database, keepSeconds: number, results: RecentResults) {
    this.#batcher = new Batcher((items) => settle(database, keepSeconds, results, items), { maxItems: 200 });
  }

  settle(settlement: Settlement): Promise<Settled> {
    return this.#batcher.submit(settlement);
  }
}

async function settle(
  database: Database,
  keepSeconds: number,
  results: RecentResults,
  items: readonly Settlement[],
): Promise<Settled[]> {
  const keptUntil = performance.now() + keepSeconds * 1000;
  const rows = await database.query<Row & { key: number } & (TaskView | { id: null })>(
    items.every(({ to }) => to === "solved") ? SOLVE : SETTLE,
    settleParameters(items, keepSeconds),
  );
  // What a person answered may still be corrected, so it is not settled here but in src/people.
  for (const row of rows) if (row.id !== null) results.ended(row, keptUntil);
  const settled = new Set(rows.map(({ key }) => key));
  return items.map(({ key }) => (settled.has(key) ? "settled" : "late"));
}

/** The first two parameters of a settle statement. */
export function settleParameters(items: readonly Settlement[], keepSeconds: number): [string, number] {
  // What is undefined is not sent, and read as null.
  const records = items.map((item) => ({
    key: item.key,
    lease: item.lease,
    to: item.to,
    solver: item.to === "queued" ? undefined : item.solver,
    solution: item.to === "solved" ? item.solution : undefined,
    lifetime_ms: item.to === "solved" ? item.lifetimeMs : undefined,
    confidence: item.to === "solved" ? item.confidence : undefined,
    lane: item.to === "queued" ? item.lane : undefined,
    detail: item.detail ?? undefined,
    error_code: item.to === "failed" ? item.errorCode : undefined,
    error_description: item.to === "failed" ? item.errorDescription : undefined,
  }));
  return [JSON.stringify(records), keepSeconds];
}
