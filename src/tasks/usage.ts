import type { Micros } from "../base/money.ts";
import type { Database, Queryable, Row } from "../database/database.ts";

/** The part of the tail of END_TASKS that counts: one row for each key and type of a batch, appended. */
export const COUNT_USAGE = `
  counted as (
    insert into usage_log (account_id, hour, key_id, type, solved, failed, cancelled, seconds, spent, refunded, refunds)
    select account_id, date_trunc('hour', now()), key_id, type,
      count(*) filter (where state = 'solved'), count(*) filter (where state in ('failed', 'expired')),
      count(*) filter (where state = 'cancelled'),
      coalesce(sum(extract(epoch from settled_at - created_at)) filter (where state = 'solved'), 0),
      coalesce(sum(price) filter (where state = 'solved'), 0), 0, 0
    from ended group by account_id, key_id, type
  )`;

// Adds the log up. Rows of the log are never changed, so their place (ctid) stays theirs.
// Plan: scan of the log's first rows, then those rows by place; one primary key probe for each sum.
const FOLD = {
  name: "fold-usage",
  text: `
  with taken as (
    delete from usage_log where ctid = any(array(select ctid from usage_log limit 5000 for update skip locked)) returning *
  ), folded as (
    insert into usage_hours as u
    select account_id, hour, key_id, type, sum(solved), sum(failed), sum(cancelled), sum(seconds), sum(spent),
      sum(refunded), sum(refunds)
    from taken group by account_id, hour, key_id, type order by account_id, hour, key_id, type
    on conflict (account_id, hour, key_id, type) do update set solved = u.solved + excluded.solved,
      failed = u.failed + excluded.failed, cancelled = u.cancelled + excluded.cancelled,
      seconds = u.seconds + excluded.seconds, spent = u.spent + excluded.spent,
      refunded = u.refunded + excluded.refunded, refunds = u.refunds + excluded.refunds
  )
  select count(*)::int as taken from taken`,
};

// Plan: usage_hours_age from its oldest end.
const FORGET = "delete from usage_hours where hour < now() - interval '400 days'";

/** Housekeeping of the counts. @returns how many rows of the log were added up */
export async function foldUsage(database: Database): Promise<number> {
  const [row] = await database.query<Row & { taken: number }>(FOLD);
  return row?.taken ?? 0;
}

/** Deletes counts of more than 400 days ago. */
export async function forgetUsage(database: Database): Promise<number> {
  await database.query(FORGET);
  return 0;
}

/** The hours and the log that is not yet added up, as one. */
const ALL = "(table usage_hours union all table usage_log)";

export interface HourSpent extends Row {
  /** Epoch seconds at which it begins. */
  readonly from: number;
  readonly solved: number;
  /** Captured less refunded. */
  readonly spent: Micros;
}

// Plan: a range of the primary key, and the log, which is short.
const SPENT = {
  name: "spent",
  text: `
  select extract(epoch from h)::int as from, coalesce(sum(u.solved), 0)::bigint as solved,
    coalesce(sum(u.spent - u.refunded), 0)::bigint as spent
  from generate_series(date_trunc('hour', to_timestamp($2)), date_trunc('hour', to_timestamp($2)) + interval '23 hours',
    interval '1 hour') h
  left join ${ALL} u on u.account_id = $1 and u.hour = h and ($3::text[] is null or u.type = any($3))
  group by h order by h`,
};

/** What an account spent, hour by hour. @param from epoch seconds; the hour it falls in and the 23 after it */
export function spentByHour(
  database: Database,
  accountId: number,
  from: number,
  types: readonly string[] | null,
): Promise<HourSpent[]> {
  return database.query<HourSpent>(SPENT, [accountId, from, types]);
}

export interface DayOfKey extends Row {
  readonly solved: number;
  readonly refunds: number;
}

// Plan: as SPENT.
const DAY = {
  name: "day-of-key",
  text: `
  select coalesce(sum(solved), 0)::bigint as solved, coalesce(sum(refunds), 0)::bigint as refunds
  from ${ALL} u where account_id = $1 and key_id = $2 and hour > now() - interval '1 day'`,
};

/** What a key had solved and refunded in the last day, counted in whole hours. */
export async function dayOfKey(database: Queryable, accountId: number, keyId: number): Promise<DayOfKey> {
  const [row] = await database.query<DayOfKey>(DAY, [accountId, keyId]);
  return row ?? { solved: 0, refunds: 0 };
}

export interface Pace extends Row {
  readonly solved: number;
  readonly seconds: number;
  readonly spent: Micros;
}

// Plan: the last hours of usage_hours_age, and the log.
const PACE = {
  name: "pace",
  text: `
  select coalesce(sum(solved), 0)::bigint as solved, coalesce(sum(seconds), 0)::double precision as seconds,
    coalesce(sum(spent), 0)::bigint as spent
  from ${ALL} u where hour > now() - interval '2 hours' and type = any($1)`,
};

/** How fast and how dear these types were lately, for all accounts together. */
export async function paceOf(database: Database, types: readonly string[]): Promise<Pace> {
  const [row] = await database.query<Pace>(PACE, [types]);
  return row ?? { solved: 0, seconds: 0, spent: 0 };
}
