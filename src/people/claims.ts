import type { Database, Queryable, Row } from "../database/database.ts";
import { PEOPLE, peopleLane } from "../protocol/lanes.ts";
import type { Kind } from "../protocol/workspace.ts";
import { NEW_LEASE } from "../tasks/claim.ts";
import { lockSession, type SignedIn } from "./sessions.ts";
import { TELL } from "./workers.ts";

/** How long a worker who shows an item may be silent; pages send a sign of life each third of it. */
export const LEASE_MS = 30_000;
/** How long an item may lie ready beside the one that is worked on, before it goes back by itself. */
export const AHEAD_MS = 15_000;
/** With less than this left of its deadline a task is not given to anybody any more. */
const LEAST_MS = 2_000;

type Fields = Readonly<Record<string, unknown>>;

/** An item that a session holds. */
export interface Held {
  readonly id: number;
  readonly lease: number;
  readonly kind: Kind;
  /** Row key of the task; null for a check item. */
  readonly task: number | null;
  readonly check: number | null;
  readonly type: string;
  readonly fields: Fields;
  /** What is known of the task so far. */
  readonly detail: Fields | null;
  readonly shown: boolean;
  readonly leaseMs: number;
  readonly deadlineMs: number;
}

interface HeldRow extends Held, Row {}

/** SQL of the milliseconds left until a moment. */
export const MS = (until: string): string =>
  `greatest(0, extract(epoch from ${until} - clock_timestamp()) * 1000)::double precision`;

/** Whether an item is of a task that its worker must not see again: answered, skipped or found unsolvable. */
export const SEEN = (item: string): string =>
  `${item}.outcome in ('accepted', 'fixed', 'skipped', 'unsolvable')`;
const NOT_SEEN = `not exists (
      select from worker_items seen where seen.task_key = t.key and seen.worker_id = w.worker and ${SEEN("seen")})`;
const LANGUAGE = "lower(t.fields->>'language')";
/** Whether the worker knows the task's language, if it names one: `de` covers `de-at`. */
const SPEAKS = `(cardinality(w.languages) = 0 or ${LANGUAGE} is null
      or array[${LANGUAGE}, split_part(${LANGUAGE}, '-', 1)] && w.languages)`;
/** Whether the worker "w" (columns worker, lanes, languages) may be given the task "t". */
export const MAY_TAKE = `t.lane = any(w.lanes) and t.deadline_at > now() + ${LEAST_MS} * interval '1 ms' and ${SPEAKS} and ${NOT_SEEN}`;

const WORKER = `w as materialized (
    select $1::bigint as session, $2::bigint as worker, $3::text[] as lanes, $4::text[] as languages, $5::boolean as ahead)`;
/** Leases the tasks of "next" to the worker and makes their items. Follows WORKER. */
const LEASE = `leased as (
    update tasks t set state = 'leased', lease = ${NEW_LEASE}, leased_by = 'worker/' || w.worker,
      leased_until = least(now() + case when w.ahead then ${AHEAD_MS} else ${LEASE_MS} end * interval '1 ms', t.deadline_at)
    from next, w where t.key = next.key
    returning t.key, t.lease, t.lane, t.type, t.fields, t.detail, t.leased_until, t.deadline_at
  ), item as (
    insert into worker_items (worker_id, session_id, task_key, lease, kind, shown_at)
    select w.worker, w.session, l.key, l.lease, substr(l.lane, ${PEOPLE.length + 1}),
      case when not w.ahead then now() end
    from leased l, w returning id, shown_at
  )
  select item.id, l.lease, substr(l.lane, ${PEOPLE.length + 1}) as kind, l.key as task, null::bigint as "check",
    l.type, l.fields, l.detail, item.shown_at is not null as shown,
    ${MS("l.leased_until")} as "leaseMs", ${MS("l.deadline_at")} as "deadlineMs"
  from leased l, item`;

// The best waiting task that the worker may have, passing over what others are claiming at this moment. Ahead, a widget
// that is next is left where it is and nothing taken in its place: else it would wait until all else is done.
// Plan: tasks_queued for each of the worker's lanes, whose queues are short, sorted; worker_items_task for each row.
const CLAIM_NEXT = {
  name: "claim-item",
  text: `
  with ${WORKER}, next as materialized (
    select best.key from (
      select t.key, t.lane from tasks t, w
      where t.state = 'queued' and ${MAY_TAKE}
      order by t.priority desc, t.key limit 1 for update of t skip locked
    ) best, w where not (w.ahead and best.lane = '${peopleLane("widget")}')
  ), ${LEASE}`,
};

// The oldest item that lies ready beside somebody else's work. Both rows are locked, so that both are looked at again if
// its holder shows it in this moment. Plan: worker_items_open is small; primary key probes of tasks.
const PULL_BACK = {
  name: "pull-back-item",
  text: `
  with ${WORKER}, next as materialized (
    select t.key, i.id as item, i.session_id as session, i.lease from worker_items i join tasks t on t.key = i.task_key, w
    where i.ended_at is null and i.shown_at is null and i.worker_id <> w.worker
      and t.state = 'leased' and t.lease = i.lease and ${MAY_TAKE}
    order by t.priority desc, t.key limit 1 for update of t, i skip locked
  ), former as (
    update worker_items i set ended_at = now(), outcome = 'pulled back' from next where i.id = next.item
    returning ${TELL("json_build_object('news', 'lost', 'session', i.session_id, 'lease', i.id || '-' || i.lease, 'reason', 'pulled-back')")}
  ), ${LEASE}`,
};

/** The open items of a session whose leases hold. Plan: worker_items_open, then a primary key probe for each. */
export const HELD = `
  select i.id, i.lease, i.kind, i.task_key as task, i.check_id as "check", coalesce(t.type, c.type) as type,
    coalesce(t.fields, c.fields) as fields, t.detail, i.shown_at is not null as shown,
    ${MS("coalesce(t.leased_until, i.check_until)")} as "leaseMs", ${MS("coalesce(t.deadline_at, i.check_until)")} as "deadlineMs"
  from worker_items i
  left join tasks t on t.key = i.task_key and t.lease = i.lease and t.state = 'leased'
  left join check_items c on c.id = i.check_id
  where i.session_id = $1 and i.ended_at is null and coalesce(t.leased_until, i.check_until) > now()`;

// Sets the end of a lease, counted from now; for a task never beyond its deadline. The task's row is locked before the
// item's, as everywhere. Plan: primary key probes.
const EXTEND = {
  name: "extend-item",
  text: `
  with task as (
    update tasks t set leased_until = least(now() + $4 * interval '1 ms', t.deadline_at)
    from worker_items i
    where i.id = $2 and i.lease = $3 and i.session_id = $1 and i.ended_at is null
      and t.key = i.task_key and t.lease = i.lease and t.state = 'leased' and t.leased_until > now()
    returning t.leased_until, t.deadline_at
  ), item as (
    update worker_items i
    set shown_at = coalesce(shown_at, now()),
      check_until = case when check_id is not null then now() + $4 * interval '1 ms' end
    where i.id = $2 and i.lease = $3 and i.session_id = $1 and i.ended_at is null
      and (check_until > now() or exists (select from task))
    returning i.check_until
  )
  select ${MS("leased_until")} as "leaseMs", ${MS("deadline_at")} as "deadlineMs" from task
  union all
  select ${MS("check_until")}, ${MS("check_until")} from item where check_until is not null`,
};

/** What may be put before a worker instead of a task. */
export interface Checks {
  /** A check item for this claim, or null, as nearly always. */
  draw(transaction: Queryable, worker: SignedIn, ahead: boolean): Promise<Held | null>;
}

/**
 * Gives a worker the next item. A session that holds one already gets that again, so that a page that was loaded anew,
 * or whose answer was lost, goes on where it was.
 * @param ahead for later, beside an item that is being worked on: one at most, and never a widget, whose token would age
 */
export async function claimItem(
  database: Database,
  checks: Checks,
  session: number,
  ahead: boolean,
): Promise<Held | null> {
  return database.transaction(async (transaction) => {
    const worker = await lockSession(transaction, session);
    if (worker === null || worker.paused !== null || worker.role === "auditor") return null;
    const held = await transaction.query<HeldRow>(`${HELD} order by i.shown_at is null, i.id`, [session]);
    const again = held.find(({ shown }) => !(ahead && shown));
    if (again !== undefined) {
      if (ahead || again.shown) return again;
      const left = await extend(transaction, session, again);
      if (left !== null) return { ...again, ...left, shown: true };
    }
    const parameters = [session, worker.worker, worker.accepts.map(peopleLane), worker.languages, ahead];
    const check = await checks.draw(transaction, worker, ahead);
    if (check !== null) return check;
    const [next] = await transaction.query<HeldRow>(CLAIM_NEXT, parameters);
    if (next !== undefined || ahead) return next ?? null;
    const [pulled] = await transaction.query<HeldRow>(PULL_BACK, parameters);
    return pulled ?? null;
  });
}

/** The item under this name that the session holds; null when its lease is lost. */
export async function findHeld(database: Queryable, session: number, lease: LeaseName): Promise<Held | null> {
  const [row] = await database.query<HeldRow>(`${HELD} and i.id = $2 and i.lease = $3`, [
    session,
    lease.item,
    lease.lease,
  ]);
  return row ?? null;
}

/** A sign of life; the first one starts the clock of an item that was claimed ahead. Null when the lease is lost. */
export async function extend(
  database: Queryable,
  session: number,
  { id, lease }: Pick<Held, "id" | "lease">,
): Promise<Pick<Held, "leaseMs" | "deadlineMs"> | null> {
  const [left] = await database.query<Row & Pick<Held, "leaseMs" | "deadlineMs">>(EXTEND, [
    session,
    id,
    lease,
    LEASE_MS,
  ]);
  return left ?? null;
}

/** An item's name in the calls about it. */
export interface LeaseName {
  readonly item: number;
  readonly lease: number;
}

export function leaseText({ id, lease }: Pick<Held, "id" | "lease">): string {
  return `${id}-${lease}`;
}

/** Null for what is no name of an item. */
export function parseLease(text: string): LeaseName | null {
  const [, item, lease] = /^(\d{1,15})-(\d{1,16})$/.exec(text) ?? [];
  const name = { item: Number(item), lease: Number(lease) };
  return Number.isSafeInteger(name.item) && Number.isSafeInteger(name.lease) ? name : null;
}
