import { TASK_VIEW } from "./read.ts";

/** Name of the graphile-worker task that delivers one callback. Its payload is `{"delivery": UUID}`. */
export const DELIVER_JOB = "deliver-callback";

/**
 * What a statement that ends tasks returns of each as "ended", with the table as "t": enough for the money, the
 * callback and the counts.
 */
export const ENDED = `t.key, t.account_id, t.key_id, t.type, t.price, t.budgeted, t.state, t.id, t.callback_url, t.solution,
      t.error_code, t.error_description, t.created_at, t.settled_at, t.solution_expires_at`;

/** A delivery is kept for redelivery at least this long, however soon its task is deleted; retries take 80 minutes. */
const KEPT = "interval '1 day'";

/**
 * A graphile-worker job for one delivery, as the composite type that its add_jobs takes. Attempts: the deliverer
 * decides when there were enough; the bound here is above its own, for those that a killed process cost.
 * Flags: what FairShare counts. The URL was normalised, so its host ends at the first slash.
 */
export const DELIVERY_JOB = (delivery: string, url: string, account: string): string =>
  `row('${DELIVER_JOB}', json_build_object('delivery', ${delivery}), null, null, 30, ${delivery}::text, null,
      array['host:' || split_part(${url}, '/', 3), 'account:' || ${account}])::graphile_worker.job_spec`;

/**
 * The part of the shared tail that schedules callbacks. It reads "ended" (columns of ENDED), and its jobs and
 * deliveries are in the commit that ends the tasks. The lateral join calls add_jobs once for all of them and, where no
 * task has a callback_url, not at all; "delivery" writes, so it is always run, and draws "job" with it.
 * Measured against the statement without this part: 0.03 ms more for a statement, nothing more for a task (a batch of
 * 200 in 12 ms either way); a task with a callback_url costs 0.04 ms.
 */
export const SCHEDULE_CALLBACKS = `
  callback as materialized (
    select *, gen_random_uuid() as delivery from ended where callback_url is not null and state <> 'cancelled'
  ), job as (
    select added.key::uuid as delivery from (
      select array_agg(${DELIVERY_JOB("delivery", "callback_url", "account_id")}) as jobs
      from callback having count(*) > 0
    ) s cross join lateral graphile_worker.add_jobs(s.jobs) added
  ), delivery as (
    insert into callback_deliveries (id, task_id, account_id, url, answer, keep_until)
    select c.delivery, c.id, c.account_id, c.callback_url,
      (select to_jsonb(view) from (
        select ${TASK_VIEW("c")}, floor(extract(epoch from c.solution_expires_at))::int as "expiresAt") view), now() + ${KEPT}
    from job join callback c on c.delivery = job.delivery
  )`;
