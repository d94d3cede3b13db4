import type { Database } from "../database/database.ts";
import { ENDED } from "./schedule-callbacks.ts";
import { END_TASKS } from "./settle.ts";

/** Claims of one task at most: a picture that kills its solver each time must not circle for ever. */
export const MAX_ATTEMPTS = 4;
/** Rows handled by one statement, so that no sweep holds locks for long. */
const AT_ONCE = 500;

export interface Swept {
  /** Leases that were over; their tasks are queued again. */
  readonly requeued: number;
  /** Tasks that ended because their deadline passed or their attempts were used up. */
  readonly expired: number;
  /** Ended tasks deleted because they are no longer kept. */
  readonly deleted: number;
  /** Whether there may be more of one of them. */
  readonly more: boolean;
}

// Plan: tasks_leased up to now().
export const REQUEUE = {
  name: "sweep-leases",
  text: `
  with lost as (
    select key from tasks
    where state = 'leased' and leased_until <= now() and deadline_at > now() and attempts < $1
    limit ${AT_ONCE} for no key update skip locked
  )
  update tasks t set state = 'queued', lease = null, leased_by = null, leased_until = null
  from lost where t.key = lost.key
  returning t.key`,
};

// Never `for update`: why, stands at LOOK in report.ts.
// Plan: tasks_overdue up to now(), and tasks_leased up to now(): a lease never outlasts its task's deadline.
export const EXPIRE = {
  name: "sweep-deadlines",
  text: `
  with over as (
    select key, false as worn from tasks where state = 'queued' and deadline_at <= now()
    limit ${AT_ONCE} for no key update skip locked
  ), lapsed as (
    select key, deadline_at > now() as worn from tasks
    where state = 'leased' and leased_until <= now() and (deadline_at <= now() or attempts >= $1)
    limit ${AT_ONCE} for no key update skip locked
  ), ended as (
    update tasks t
    set state = 'expired', settled_at = now(), keep_until = now() + $2 * interval '1 s', lease = null, leased_until = null,
      error_code = 'ERROR_CAPTCHA_UNSOLVABLE',
      error_description = case when e.worn
        then 'Every attempt to solve this task broke off. It was not charged.'
        else 'Nobody answered before the deadline. It was not charged.' end
    from (select * from over union all select * from lapsed) e
    where t.key = e.key
    returning ${ENDED}
  ), ${END_TASKS}
  select key from ended`,
};

// Plan: tasks_kept up to now(). The picture goes with its task.
export const DELETE = {
  name: "sweep-kept",
  text: `
  with old as (
    select key from tasks where keep_until <= now() limit ${AT_ONCE} for update skip locked
  ), images as (
    delete from task_images where task_key in (select key from old)
  )
  delete from tasks where key in (select key from old) returning key`,
};

/** A portion of all housekeeping: lost leases, deadlines, retention. Any number of processes may sweep at once. */
export async function sweep(database: Database, keepSeconds: number): Promise<Swept> {
  const { length: requeued } = await database.query(REQUEUE, [MAX_ATTEMPTS]);
  const { length: expired } = await database.query(EXPIRE, [MAX_ATTEMPTS, keepSeconds]);
  const { length: deleted } = await database.query(DELETE);
  return { requeued, expired, deleted, more: Math.max(requeued, expired, deleted) >= AT_ONCE };
}

/**
 * Ends every lease at once. Only for a process that is alone on its database, when it starts: whoever held a lease is
 * gone, and the tasks need not wait for it to run out.
 */
export async function endAllLeases(database: Database): Promise<void> {
  await database.query("update tasks set leased_until = now() where state = 'leased'");
}
