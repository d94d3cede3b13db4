import { OperatorError } from "../base/errors.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import type { TaskView } from "../tasks/read.ts";
import { DELIVERY_JOB } from "../tasks/schedule-callbacks.ts";
import { wasAccepted, type Try } from "./post.ts";

export type DeliveryState = "waiting" | "delivered" | "failed";

/** All that one try needs. */
export interface Delivery extends Row {
  readonly url: string;
  readonly state: DeliveryState;
  readonly answer: TaskView;
  readonly secret: string;
}

/** Null when the delivery is no longer kept. */
export async function findDelivery(database: Queryable, id: string): Promise<Delivery | null> {
  const [delivery] = await database.query<Delivery>(
    {
      name: "find-delivery",
      text: `select d.url, d.state, a.callback_secret as secret, d.answer || jsonb_build_object(
            'solutionExpired', (d.answer ->> 'expiresAt')::bigint <= extract(epoch from now())) as answer
        from callback_deliveries d join accounts a on a.id = d.account_id where d.id = $1`,
    },
    [id],
  );
  return delivery ?? null;
}

/** Writes the try into the log and what it means for the delivery. @param last whether no further try follows */
export async function recordTry(database: Queryable, id: string, made: Try, last: boolean): Promise<void> {
  const state: DeliveryState = wasAccepted(made) ? "delivered" : last ? "failed" : "waiting";
  // The row lock numbers the tries of two processes that deliver at once. Delivered stays delivered.
  await database.query(
    {
      name: "record-try",
      text: `with delivery as (
          update callback_deliveries set tries = tries + 1, state = case when state = 'delivered' then state else $2 end
          where id = $1 returning id, tries
        )
        insert into callback_tries (delivery_id, try, status, error, duration_ms)
        select id, tries, $3, $4, $5 from delivery`,
    },
    [id, state, made.status, made.error, made.durationMs],
  );
}

/** A delivery as operators see it. */
export interface ListedDelivery extends Row {
  readonly delivery: string;
  readonly taskId: number;
  readonly account: string;
  /** Without its query, which may hold secrets. */
  readonly url: string;
  readonly state: DeliveryState;
  readonly createdAt: Date;
  /** Oldest first. */
  readonly tries: readonly LoggedTry[];
}

/** One line of the delivery log. */
export interface LoggedTry {
  readonly try: number;
  /** ISO 8601. */
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** The newest deliveries, newest first. @param failing only those that were tried and have not arrived */
export function listDeliveries(
  database: Queryable,
  { failing, limit }: { readonly failing: boolean; readonly limit: number },
): Promise<ListedDelivery[]> {
  return database.query<ListedDelivery>(
    `select d.id as delivery, d.task_id as "taskId", a.name as account, regexp_replace(d.url, '\\?.*$', '?…') as url,
       d.state, d.created_at as "createdAt",
       (select coalesce(json_agg(json_build_object('try', t.try, 'at', t.at, 'status', t.status, 'error', t.error,
          'durationMs', t.duration_ms) order by t.try), '[]') from callback_tries t where t.delivery_id = d.id) as tries
     from callback_deliveries d join accounts a on a.id = d.account_id
     where not $1 or (d.state <> 'delivered' and d.tries > 0)
     order by d.created_at desc limit $2`,
    [failing, limit],
  );
}

/** Puts the one delivery that the condition finds back to work. */
const REDELIVER = (condition: string): string => `
  with delivery as (
    update callback_deliveries set state = 'waiting' where id = (${condition}) returning id, url, account_id
  )
  select j.id from (
    select array_agg(${DELIVERY_JOB("id", "url", "account_id")}) as jobs from delivery having count(*) > 0
  ) s cross join lateral graphile_worker.add_jobs(s.jobs) j`;

/**
 * Delivers the result of an account's task once more, now, with all retries, whatever became of it so far.
 * @returns false when that task has no delivery, or none that is still kept
 */
export async function redeliverTask(
  database: Queryable,
  accountId: number,
  taskId: number,
): Promise<boolean> {
  // Plan: a range of callback_deliveries_of_task, of one row unless the taskIds came round within a day.
  const newest = `select id from callback_deliveries where task_id = $1 and account_id = $2
    order by created_at desc limit 1`;
  const rows = await database.query({ name: "redeliver-task", text: REDELIVER(newest) }, [taskId, accountId]);
  return rows.length > 0;
}

/**
 * Delivers once more, now, with all retries, whatever became of it so far.
 * @throws OperatorError when there is no such delivery
 */
export async function redeliver(database: Queryable, id: string): Promise<void> {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const rows = isUuid ? await database.query(REDELIVER("$1::uuid"), [id]) : [];
  if (rows.length === 0) {
    throw new OperatorError(
      `There is no delivery "${id}", or it is no longer kept. See \`glyphdesk callback list\`.`,
    );
  }
}

/** Deletes some deliveries that are no longer kept, with their log. @returns how many */
export async function pruneDeliveries(database: Queryable): Promise<number> {
  const rows = await database.query(
    `delete from callback_deliveries where id in (
       select id from callback_deliveries where keep_until <= now() limit 500 for update skip locked)
     returning id`,
  );
  return rows.length;
}

/** The secret that signs an account's callbacks. @param renew makes a new one first; the old one ends at once */
export async function callbackSecret(database: Database, account: string, renew: boolean): Promise<string> {
  const [row] = await database.query<Row & { secret: string }>(
    renew
      ? "update accounts set callback_secret = default where name = $1 returning callback_secret as secret"
      : "select callback_secret as secret from accounts where name = $1",
    [account],
  );
  if (row === undefined) {
    throw new OperatorError(`There is no account "${account}". See \`glyphdesk account list\`.`);
  }
  return row.secret;
}

/** Schedules every delivery that waits, where the jobs are not there: they are no part of a backup. */
export async function resumeDeliveries(database: Queryable): Promise<void> {
  await database.query(
    `select count(*) from (
       select array_agg(${DELIVERY_JOB("id", "url", "account_id")}) as jobs
       from callback_deliveries where state = 'waiting' having count(*) > 0
     ) s cross join lateral graphile_worker.add_jobs(s.jobs) j`,
  );
}
