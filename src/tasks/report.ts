import type { Micros } from "../base/money.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import type { Examples } from "./examples.ts";
import type { State } from "./states.ts";
import { dayOfKey } from "./usage.ts";

/** What a caller says of a task's answer. */
export interface Report {
  readonly taskId: number;
  readonly accountId: number;
  readonly keyId: number;
  readonly verdict: "incorrect" | "correct";
  /** The right text, when the caller knows it. */
  readonly label: string | null;
  /** Titles of the task types that this report is for. */
  readonly types: ReadonlySet<string>;
}

/** `refunded` says what came back, and `reason` why, or why not. */
export type Reported =
  | { readonly outcome: "accepted"; readonly refunded: Micros; readonly reason: Reason }
  | { readonly outcome: "missing" }
  | { readonly outcome: "again" }
  | { readonly outcome: "too late" }
  | { readonly outcome: "unsolved"; readonly state: State }
  | { readonly outcome: "other type"; readonly type: string };

/** As in the column reports.reason. */
export type Reason = "refunded" | "correct" | "free" | "limit";

/** When a report is in time, and what it brings. */
export interface ReportRules {
  /** Seconds from the result. */
  readonly windowSeconds: number;
  /** Of the tasks that a key had solved within a day, refunded at most so many of a hundred. */
  readonly refundPercent: number;
}

/** Refunds in a day that the percentage does not forbid, or a key that has just begun would get none. */
const ALWAYS_REFUNDED = 5;

// Without the lock two reports at once could both find the last refund of the day.
// Plan: a primary key probe.
const LOCK = { name: "lock-account", text: "select id from accounts where id = $1 for update" };

// The lock keeps housekeeping from deleting the task in between. It comes after the account's, while statements that end
// tasks lock the task first: they must not lock it `for update`, the one that this lock would wait for.
// Plan: one probe of tasks_id_unique and one of the primary key of reports.
export const LOOK = {
  name: "look-at-reported",
  text: `
  select t.key, t.type, t.state, t.price, t.key_id as "keyId",
    coalesce(t.settled_at < now() - $3 * interval '1 s', false) as late,
    exists (select from reports r where r.task_key = t.key) as again
  from tasks t where t.id = $1 and t.account_id = $2 for key share of t`,
};

const INSERT = `
  insert into reports (task_key, task_id, account_id, key_id, type, verdict, refunded, reason)
  select key, id, account_id, key_id, type, $2, $3, $4 from tasks where key = $1`;

// Money, budget and count together. The account's row is locked.
// Plan: primary key probes.
export const REFUND = {
  name: "refund",
  text: `
  with task as materialized (
    select key, account_id, key_id, type, price, budgeted, settled_at, created_at from tasks where key = $1
  ), entry as (
    insert into ledger (account_id, kind, amount, task_key, note)
    select account_id, 'refund', price, key, 'reported as incorrect' from task
  ), booked as (
    update accounts a set balance = a.balance + t.price from task t where a.id = t.account_id
  ), freed as (
    update api_keys k set spent_total = k.spent_total - t.price,
      spent_today = k.spent_today - case when k.spent_day = t.created_at::date then t.price else 0 end
    from task t where k.id = t.key_id and t.budgeted
  )
  insert into usage_log (account_id, hour, key_id, type, solved, failed, cancelled, seconds, spent, refunded, refunds)
  select account_id, date_trunc('hour', settled_at), key_id, type, 0, 0, 0, 0, 0, price, 1 from task`,
};

interface Found extends Row {
  readonly key: number;
  readonly type: string;
  readonly state: State;
  readonly price: Micros;
  readonly keyId: number;
  readonly late: boolean;
  readonly again: boolean;
}

/**
 * Takes a report down: once for a task, by its own account, while the window is open. A wrong answer is refunded as far
 * as the key's share allows. Either way the picture becomes an example.
 */
export function report(
  database: Database,
  examples: Examples,
  rules: ReportRules,
  given: Report,
): Promise<Reported> {
  return database.transaction(async (transaction) => {
    await transaction.query(LOCK, [given.accountId]);
    const [task] = await transaction.query<Found>(LOOK, [given.taskId, given.accountId, rules.windowSeconds]);
    if (task === undefined) return { outcome: "missing" };
    if (!given.types.has(task.type)) return { outcome: "other type", type: task.type };
    if (task.state !== "solved") return { outcome: "unsolved", state: task.state };
    if (task.again) return { outcome: "again" };
    if (task.late) return { outcome: "too late" };
    const reason = await reasonOf(transaction, rules, given, task);
    const refunded = reason === "refunded" ? task.price : 0;
    await transaction.query(INSERT, [task.key, given.verdict, refunded, reason]);
    if (refunded > 0) await transaction.query(REFUND, [task.key]);
    await examples.record(transaction, [
      {
        taskKey: task.key,
        source: "report",
        verdict: given.label === null ? given.verdict : "corrected",
        label: given.label,
      },
    ]);
    return { outcome: "accepted", refunded, reason };
  });
}

async function reasonOf(
  transaction: Queryable,
  { refundPercent }: ReportRules,
  { accountId, verdict }: Report,
  { keyId, price }: Found,
): Promise<Reason> {
  if (verdict === "correct") return "correct";
  if (price === 0) return "free";
  const { solved, refunds } = await dayOfKey(transaction, accountId, keyId);
  const share = Math.max(ALWAYS_REFUNDED, Math.floor((solved * refundPercent) / 100));
  return refundPercent > 0 && refunds < share ? "refunded" : "limit";
}

// A report stands as long as its task does, or the task could be reported again.
// Plan: reports_age up to 90 days ago, with a primary key probe of tasks for each.
export const FORGET_REPORTS = `
  delete from reports where task_key in (
    select task_key from reports r where created_at < now() - interval '90 days'
      and not exists (select from tasks t where t.key = r.task_key)
    limit 1000 for update skip locked
  ) returning task_key`;

/** Deletes some reports of more than 90 days ago. @returns how many */
export async function forgetReports(database: Database): Promise<number> {
  return (await database.query(FORGET_REPORTS)).length;
}
