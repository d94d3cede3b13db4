import { setTimeout as delay } from "node:timers/promises";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isStatementFault } from "../database/faults.ts";
import type { RecentImages } from "./recent-images.ts";

/** A claimed task: who holds `lease` may settle or release it until `leasedUntil`. */
export interface ClaimedTask {
  readonly key: number;
  readonly lease: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly image: Buffer | null;
  /** 1 for the first claim. */
  readonly attempt: number;
  /** Whole milliseconds left, as the database's clock has it: timers refuse fractions. */
  readonly deadlineMs: number;
}

/**
 * SQL of a new lease token: random, 53 bits, so that no two ever meet. A sequence would not do: claims do not wait for
 * the disk, and a database that crashes hands out the same numbers again.
 */
export const NEW_LEASE = "floor(random() * 9007199254740991)::bigint";

interface ClaimRow extends Row {
  readonly key: number;
  readonly lease: number;
  readonly type: string;
  readonly fields: Record<string, unknown>;
  readonly attempts: number;
  readonly deadline_ms: number;
}

// Claim: the oldest tasks of a lane by priority, passing over what others are claiming at this moment.
// A lease that a crash forgets leaves its task queued, so the commit does not wait for the disk.
// Plan: index scan of tasks_queued in order, stops at the limit; primary key update.
export const CLAIM = {
  name: "claim",
  text: `
  with next as materialized (
    select key from tasks
    where state = 'queued' and lane = $1 and deadline_at > now()
    order by priority desc, key
    limit $2
    for update skip locked
  )
  update tasks t
  set state = 'leased', attempts = t.attempts + 1, lease = ${NEW_LEASE}, leased_by = $3,
    leased_until = least(now() + $4 * interval '1 ms', t.deadline_at)
  from next where t.key = next.key
  returning t.key, t.lease, t.type, t.fields, t.attempts,
    floor(extract(epoch from t.deadline_at - now()) * 1000)::double precision as deadline_ms`,
};

// Plan: one range of the primary key for each task.
const IMAGES = {
  name: "images",
  text: `select task_key, bytes from task_images where task_key = any($1::bigint[]) order by task_key, part`,
};

interface ImageRow extends Row {
  readonly task_key: number;
  readonly bytes: Buffer;
}

const RETRY_MS = 250;

/** Tries for a third of the lease: a connection that breaks here must not cost the tasks just claimed their whole lease. */
async function readImages(
  database: Queryable,
  keys: readonly number[],
  leaseMs: number,
): Promise<ImageRow[]> {
  const until = performance.now() + leaseMs / 3;
  for (;;) {
    try {
      return await database.query<ImageRow>(IMAGES, [keys]);
    } catch (error) {
      if (isStatementFault(error) || performance.now() + RETRY_MS > until) throw error;
      await delay(RETRY_MS);
    }
  }
}

/**
 * Leases up to `limit` queued tasks of a lane, best first.
 * @param leasedBy who, for operators: stored, never compared
 * @param leaseMs how long the claimant may be silent
 */
export async function claim(
  database: Pick<Database, "query" | "relaxed">,
  images: RecentImages,
  request: {
    readonly lane: string;
    readonly limit: number;
    readonly leasedBy: string;
    readonly leaseMs: number;
  },
): Promise<ClaimedTask[]> {
  const rows = await database.relaxed.query<ClaimRow>(CLAIM, [
    request.lane,
    request.limit,
    request.leasedBy,
    request.leaseMs,
  ]);
  const recent = new Map(rows.map(({ key }) => [key, images.take(key)]));
  const missing = rows.filter(({ key }) => recent.get(key) === null).map(({ key }) => key);
  if (missing.length > 0) {
    const stored = await readImages(database, missing, request.leaseMs);
    const parts = Map.groupBy(stored, (row) => row.task_key);
    for (const [key, found] of parts) recent.set(key, Buffer.concat(found.map(({ bytes }) => bytes)));
  }
  return rows
    .toSorted((a, b) => a.key - b.key)
    .map((row) => ({
      key: row.key,
      lease: row.lease,
      type: row.type,
      fields: row.fields,
      image: recent.get(row.key) ?? null,
      attempt: row.attempts,
      deadlineMs: row.deadline_ms,
    }));
}
