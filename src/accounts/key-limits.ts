import type { BlockList } from "node:net";
import type { Micros } from "../base/money.ts";
import { parseRanges } from "../config/ranges.ts";

/** What the operator allows a key to do; null is no limit. */
export interface StoredLimits {
  /** Names or titles of task types. */
  readonly types: readonly string[] | null;
  /** Host patterns, as of authorised sites. */
  readonly sites: readonly string[] | null;
  /** Addresses and CIDR ranges that it may be used from. */
  readonly ips: readonly string[] | null;
  readonly expiresAt: Date | null;
  readonly tasksPerMinute: number | null;
  /** In one day, UTC. */
  readonly dailyLimit: Micros | null;
  readonly totalLimit: Micros | null;
  /** Whether refusals carry the hosted service's HTTP statuses. */
  readonly statuses: boolean;
}

const COLUMNS: Readonly<Record<keyof StoredLimits, string>> = {
  types: "types",
  sites: "sites",
  ips: "ips",
  expiresAt: "expires_at",
  tasksPerMinute: "tasks_per_minute",
  dailyLimit: "daily_limit",
  totalLimit: "total_limit",
  statuses: "statuses",
};

/** The columns of StoredLimits, from a row of api_keys as "k". */
export const LIMIT_COLUMNS = Object.entries(COLUMNS)
  .map(([name, column]) => `k.${column} as "${name}"`)
  .join(", ");

/**
 * Whether the spent_today of a row of api_keys as "k" counts today. Tomorrow's does: a transaction that began before
 * midnight must not reopen the day that is over. A later day is of a clock that was ahead and would close the budget
 * until then. Days are UTC, as every session of the desk is.
 */
export const COUNTS_TODAY = "k.spent_day between current_date and current_date + 1";

/** What counts against a key's daily budget. */
export const SPENT_TODAY = `case when ${COUNTS_TODAY} then k.spent_today else 0 end`;

/** The limits that are named, as columns and values. */
export function limitColumns(limits: Partial<StoredLimits>): [column: string, value: unknown][] {
  return (Object.keys(COLUMNS) as (keyof StoredLimits)[])
    .filter((name) => limits[name] !== undefined)
    .map((name) => [COLUMNS[name], limits[name]]);
}

/** The limits of a key as requests are held to them. */
export interface KeyLimits {
  /** In lower case. */
  readonly types: ReadonlySet<string> | null;
  readonly sites: ReadonlySet<string> | null;
  readonly addresses: BlockList | null;
  readonly expiresAt: Date | null;
  readonly tasksPerMinute: number | null;
  /** Whether there is a daily or a total budget; how it stands only the database knows. */
  readonly budgeted: boolean;
  readonly statuses: boolean;
}

/** Null when there are none: then nothing has to be looked at. */
export function limitsOf(stored: StoredLimits): KeyLimits | null {
  const { types, sites, ips, expiresAt, tasksPerMinute, dailyLimit, totalLimit, statuses } = stored;
  const limits: KeyLimits = {
    types: types && new Set(types.map((type) => type.toLowerCase())),
    sites: sites && new Set(sites),
    addresses: ips && parseRanges(ips.join(",")),
    expiresAt,
    tasksPerMinute,
    budgeted: dailyLimit !== null || totalLimit !== null,
    statuses,
  };
  return Object.values(limits).some((limit) => limit !== null && limit !== false) ? limits : null;
}
