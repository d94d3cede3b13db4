import { SPENT_TODAY } from "../accounts/key-limits.ts";
import type { Micros } from "../base/money.ts";
import type { Queryable, Row } from "../database/database.ts";

/**
 * What budgeted tasks that were not solved had taken from their keys' budgets, given back: a part of the tail of
 * END_TASKS. Of several days only the newest can be the one that is counted at the moment. The account rows are locked
 * first, as everywhere that these counters change.
 */
export const FREE_BUDGETS = `
  freed as (
    update api_keys k set spent_total = k.spent_total - f.total,
      spent_today = k.spent_today - case when k.spent_day = f.latest then f.on_latest else 0 end
    from (
      select key_id, latest, sum(price) as total, sum(price) filter (where day = latest) as on_latest
      from (
        select key_id, price, created_at::date as day, max(created_at::date) over (partition by key_id) as latest
        from ended where budgeted and state <> 'solved'
      ) e group by key_id, latest
    ) f
    where k.id = f.key_id and (select count(*) from locked) > 0
  )`;

/** How a key's budget stands. */
export interface Budget extends Row {
  readonly id: number;
  readonly dailyLimit: Micros | null;
  readonly totalLimit: Micros | null;
  readonly spentToday: Micros;
  readonly spentTotal: Micros;
}

// Plan: one primary key probe for each key.
const BUDGETS = {
  name: "budgets",
  text: `
  select id, daily_limit as "dailyLimit", total_limit as "totalLimit", spent_total as "spentTotal",
    ${SPENT_TODAY} as "spentToday"
  from api_keys k where id = any($1::bigint[])`,
};

/** The budgets of these keys; exact while the accounts' rows are locked. */
export async function budgetsOf(
  transaction: Queryable,
  keyIds: readonly number[],
): Promise<ReadonlyMap<number, Budget>> {
  const rows = await transaction.query<Budget>(BUDGETS, [keyIds]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** A budget that a price does not fit into. */
export interface Exceeded {
  readonly which: "daily" | "total";
  readonly limit: Micros;
  readonly spent: Micros;
}

/** @param spent since the budget was read */
export function exceeded(budget: Budget, spent: Micros, price: Micros): Exceeded | null {
  const { dailyLimit, totalLimit } = budget;
  const total = budget.spentTotal + spent;
  const today = budget.spentToday + spent;
  if (totalLimit !== null && total + price > totalLimit)
    return { which: "total", limit: totalLimit, spent: total };
  if (dailyLimit !== null && today + price > dailyLimit)
    return { which: "daily", limit: dailyLimit, spent: today };
  return null;
}
