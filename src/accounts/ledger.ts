import { formatDollars, type Micros } from "../base/money.ts";
import type { Database, Row } from "../database/database.ts";

/** What an account's books must show, recomputed from its entries. */
export interface AuditRow extends Row {
  readonly account: string;
  readonly balance: Micros;
  /** Sum of the entries of the book "available". */
  readonly balanceFromEntries: Micros;
  /** Sum of the entries of the book "held". */
  readonly heldFromEntries: Micros;
  /** Sum of the prices of the account's unfinished tasks: what must be held. */
  readonly held: Micros;
}

export interface Audit {
  readonly accounts: readonly AuditRow[];
  /** Sentences, one for each thing that is wrong; empty when the books are right. */
  readonly faults: readonly string[];
}

/**
 * The prices of the unfinished tasks by account.
 * Plan: reads them out of tasks_queued and tasks_leased; each state alone, or neither index fits.
 */
export const HELD = `
    select account_id, sum(price) as price from (
      select account_id, price from tasks where state = 'queued'
      union all select account_id, price from tasks where state = 'leased'
    ) unfinished group by account_id`;

// One statement sees one snapshot, so it may run while the server works. Reads the whole ledger and all open tasks.
const AUDIT = `
  with leg as (
    select account_id,
      sum(amount) filter (where book = 'available') as available,
      sum(amount) filter (where book = 'held') as held,
      sum(amount) as total
    from ledger_legs group by account_id
  ), open as (${HELD})
  select a.name as account, a.balance, coalesce(open.price, 0)::bigint as held,
    coalesce(leg.available, 0)::bigint as "balanceFromEntries",
    coalesce(leg.held, 0)::bigint as "heldFromEntries"
  from accounts a left join leg on leg.account_id = a.id left join open on open.account_id = a.id
  order by a.id`;

// Kept tasks only: a deleted task's entries were checked while it was there, and the unique indexes still bind them.
const TASK_FAULTS = `
  select t.id, t.state, t.price,
    coalesce(sum(l.amount) filter (where l.kind = 'hold'), 0)::bigint as held,
    coalesce(sum(l.amount) filter (where l.kind = 'capture'), 0)::bigint as captured,
    coalesce(sum(l.amount) filter (where l.kind = 'release'), 0)::bigint as released,
    coalesce(sum(l.amount) filter (where l.kind = 'refund'), 0)::bigint as refunded
  from tasks t left join ledger l on l.task_key = t.key
  group by t.key
  having coalesce(sum(l.amount) filter (where l.kind = 'hold'), 0) <> t.price
    or coalesce(sum(l.amount) filter (where l.kind = 'capture'), 0) <> case when t.state = 'solved' then t.price else 0 end
    or coalesce(sum(l.amount) filter (where l.kind = 'release'), 0)
      <> case when t.state in ('failed', 'expired', 'cancelled') then t.price else 0 end
    or coalesce(sum(l.amount) filter (where l.kind = 'refund'), 0)
      <> coalesce((select r.refunded from reports r where r.task_key = t.key), 0)
    or coalesce(sum(l.amount) filter (where l.kind = 'refund'), 0)
      > coalesce(sum(l.amount) filter (where l.kind = 'capture'), 0)
  order by t.key limit 100`;

/** Recomputes every balance from its entries and checks each kept task's entries against its state. */
export async function audit(database: Database): Promise<Audit> {
  const accounts = await database.query<AuditRow>(AUDIT);
  const tasks = await database.query<Row & { id: number; state: string }>(TASK_FAULTS);
  const faults = accounts.flatMap((row) => [
    ...(row.balance === row.balanceFromEntries
      ? []
      : [
          `account ${row.account}: balance ${formatDollars(row.balance)}, but its entries add up to ${formatDollars(row.balanceFromEntries)}`,
        ]),
    ...(row.held === row.heldFromEntries
      ? []
      : [
          `account ${row.account}: its unfinished tasks cost ${formatDollars(row.held)}, but ${formatDollars(row.heldFromEntries)} is held by entries`,
        ]),
  ]);
  faults.push(
    ...tasks.map(
      (task) => `task ${task.id} (${task.state}): its entries do not fit: ${JSON.stringify(task)}`,
    ),
  );
  return { accounts, faults };
}
