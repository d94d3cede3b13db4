import type { Database, Row } from "../database/database.ts";
import type { Answer, Kind } from "../protocol/workspace.ts";
import { SEEN, type LeaseName } from "./claims.ts";

type Fields = Readonly<Record<string, unknown>>;

/** An item as it is when its worker says something about it. */
export interface Touched extends Row {
  readonly id: number;
  readonly lease: number;
  readonly worker: number;
  readonly kind: Kind;
  readonly task: number | null;
  readonly check: number | null;
  readonly outcome: string | null;
  /** Null when the task or check item is no longer kept. */
  readonly type: string | null;
  readonly fields: Fields | null;
  readonly detail: Fields | null;
  /** The answer to a check item. */
  readonly expected: Answer | null;
  /** Whether the lease still holds. */
  readonly held: boolean;
  /** Answers that others gave to the task, and the items they gave them to. */
  readonly votes: readonly Answer[];
  readonly voters: readonly number[];
  /** Others who skipped it. */
  readonly skips: number;
  /** Others who will not be given it again. */
  readonly seen: readonly number[];
}

// Plan: primary key probes; worker_items_task for the votes.
export const TOUCH = {
  name: "touch-item",
  text: `
  select i.id, i.lease, i.worker_id as worker, i.kind, i.task_key as task, i.check_id as "check", i.outcome,
    coalesce(t.type, c.type) as type, coalesce(t.fields, c.fields) as fields, t.detail, c.answer as expected,
    i.ended_at is null and coalesce(
      t.state = 'leased' and t.lease = i.lease and t.leased_until > now(), i.check_until > now(), false) as held,
    coalesce((select json_agg(v.value order by v.id) from worker_items v
      where v.task_key = i.task_key and v.id <> i.id and v.outcome = 'accepted'), '[]') as votes,
    array(select v.id from worker_items v
      where v.task_key = i.task_key and v.id <> i.id and v.outcome = 'accepted' order by v.id) as voters,
    (select count(distinct v.worker_id) from worker_items v
      where v.task_key = i.task_key and v.worker_id <> i.worker_id and v.outcome = 'skipped') as skips,
    array(select v.worker_id from worker_items v
      where v.task_key = i.task_key and v.id <> i.id and ${SEEN("v")}) as seen
  from worker_items i
  left join tasks t on t.key = i.task_key
  left join check_items c on c.id = i.check_id
  where i.id = $2 and i.lease = $3 and i.session_id = $1`,
};

/** The item under this name; null when the session never had it. */
export async function touchItem(
  database: Database,
  session: number,
  { item, lease }: LeaseName,
): Promise<Touched | null> {
  const [row] = await database.query<Touched>(TOUCH, [session, item, lease]);
  return row ?? null;
}
