import type { Database, Queryable, Row } from "../database/database.ts";
import type { WorkerNumbers } from "../protocol/console.ts";
import { TELL } from "./workers.ts";

/** Of the last check items, so many at least must have been right. */
const CHECKS = { seen: 10, least: 5, rightShare: 0.7 } as const;
/** Of the last items, so many at most may be skipped or given up. */
const SKIPS = { seen: 30, least: 20, share: 0.8 } as const;
/** Items are kept this long: history, votes and what quality is measured by. */
const KEPT_DAYS = 90;
const STATISTICS_DAYS = 7;

// Only what happened since the operator last let the worker go on counts. The page shows the sentence.
// Plan: worker_items_judged and worker_items_ended from their newest ends. Check items are those without a task: by
// "check_id is not null" worker_items_check would come in, which has everybody's.
export const JUDGE = {
  name: "judge-worker",
  text: `
  with w as materialized (
    select id, judged_from from workers where id = $1 and paused is null
  ), checks as (
    select count(*) as seen, count(*) filter (where correct) as good from (
      select correct from worker_items
      where worker_id = $1 and task_key is null and correct is not null and ended_at > (select judged_from from w)
      order by ended_at desc limit ${CHECKS.seen}) c
  ), items as (
    select count(*) as seen, count(*) filter (where outcome in ('skipped', 'unsolvable')) as given from (
      select outcome from worker_items
      where worker_id = $1 and ended_at > (select judged_from from w)
        and outcome in ('accepted', 'fixed', 'skipped', 'unsolvable')
      order by ended_at desc limit ${SKIPS.seen}) c
  ), verdict as (
    select case
      when checks.seen >= ${CHECKS.least} and checks.good < ${CHECKS.rightShare} * checks.seen then format(
        'Of your last %s check items %s were answered wrong. Talk to the operator before you go on.',
        checks.seen, checks.seen - checks.good)
      when items.seen >= ${SKIPS.least} and items.given > ${SKIPS.share} * items.seen then format(
        'Of your last %s items you gave back %s. Talk to the operator before you go on.', items.seen, items.given)
      end as reason
    from checks, items
  )
  update workers set paused = verdict.reason from verdict, w
  where workers.id = w.id and verdict.reason is not null
  returning ${TELL("json_build_object('news', 'worker', 'worker', workers.id)")}`,
};

/** Pauses a worker who answers check items wrong or gives nearly everything back. */
export async function judge(database: Queryable, worker: number): Promise<void> {
  await database.query(JUDGE, [worker]);
}

/** How a worker did in the last days. */
export interface WorkerQuality extends Row, WorkerNumbers {
  readonly id: number;
  readonly name: string;
}

/** For the operator. Plan: all items of the last days, once; a primary key probe of reports for each. */
export async function readQuality(database: Queryable): Promise<WorkerQuality[]> {
  return database.query<WorkerQuality>(
    `select w.id, w.name, w.check_share as "checkShare",
       count(*) filter (where i.outcome in ('accepted', 'fixed')) as answered,
       percentile_cont(0.5) within group (order by i.took_ms) filter (where i.outcome in ('accepted', 'fixed')) as "medianMs",
       avg(i.correct::int) filter (where i.check_id is not null)::double precision as accuracy,
       avg(i.correct::int) filter (where i.task_key is not null)::double precision as agreement,
       avg((i.outcome in ('skipped', 'unsolvable'))::int)
         filter (where i.outcome in ('accepted', 'fixed', 'skipped', 'unsolvable'))::double precision as skipped,
       count(*) filter (where i.outcome = 'late') as late,
       count(*) filter (where i.outcome in ('accepted', 'fixed') and exists (
         select from reports r where r.task_key = i.task_key and r.verdict <> 'correct')) as reported
     from workers w
     left join worker_items i on i.worker_id = w.id and i.ended_at > now() - interval '${STATISTICS_DAYS} days'
     where w.role <> 'auditor' group by w.id order by w.name`,
  );
}

// Plan: the first 500 by primary key, which are the oldest: nothing is looked through while none of them is old enough.
export const FORGET = `
  delete from worker_items where id in (
    select id from (
      select id, claimed_at from worker_items where ended_at is not null order by id limit 500) oldest
    where claimed_at < now() - interval '${KEPT_DAYS} days') returning id`;

/** Deletes some items that are older than they are kept, and sessions with them. @returns how many */
export async function forgetItems(database: Database): Promise<number> {
  await database.query("delete from worker_sessions where until < now() - interval '30 days'");
  await database.query("delete from worker_presence where until < now() - interval '1 minute'");
  return (await database.query(FORGET)).length;
}
