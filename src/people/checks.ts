import type { Database, Queryable, Row } from "../database/database.ts";
import { peopleLane } from "../protocol/lanes.ts";
import type { Answer, Kind } from "../protocol/workspace.ts";
import { NEW_LEASE } from "../tasks/claim.ts";
import { AHEAD_MS, LEASE_MS, MS, type Checks, type Held } from "./claims.ts";
import type { SignedIn } from "./sessions.ts";

/** A worker is not given the same check item again within this long. */
const FORGOTTEN_DAYS = 30;

/** An item whose answer is known. */
export interface NewCheck {
  readonly kind: Kind;
  /** Title of a task type. */
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: Buffer;
  readonly answer: Answer;
}

// Only beside real work, or a check item would give itself away; and only when the dice say so, before anything else is
// looked at. Plan: the workers' primary key, tasks_queued, then check_items_kind: some thousand rows at most.
const DRAW = {
  name: "draw-check",
  text: `
  with dice as materialized (
    select 1 from workers w
    where w.id = $2 and w.check_share > random() and exists (
      select from tasks t where t.state = 'queued' and t.lane = any($4::text[]))
  ), drawn as materialized (
    select c.* from check_items c
    where exists (select from dice) and c.kind = any($3::text[]) and not exists (
      select from worker_items i where i.check_id = c.id and i.worker_id = $2
        and i.claimed_at > now() - interval '${FORGOTTEN_DAYS} days')
    order by random() limit 1
  ), item as (
    insert into worker_items (worker_id, session_id, check_id, lease, kind, shown_at, check_until)
    select $2, $1, id, ${NEW_LEASE}, kind, case when not $5 then now() end,
      now() + case when $5 then ${AHEAD_MS} else ${LEASE_MS} end * interval '1 ms'
    from drawn returning id, lease, shown_at, check_until
  )
  select item.id, item.lease, d.kind, null::bigint as task, d.id as "check", d.type, d.fields, null as detail,
    item.shown_at is not null as shown, ${MS("item.check_until")} as "leaseMs", ${MS("item.check_until")} as "deadlineMs"
  from drawn d, item`,
};

/** Check items, put before workers now and then. */
export class CheckItems implements Checks {
  async draw(transaction: Queryable, worker: SignedIn, ahead: boolean): Promise<Held | null> {
    const kinds = worker.accepts.filter((kind) => kind !== "widget");
    const [row] = await transaction.query<Held & Row>(DRAW, [
      worker.session,
      worker.worker,
      kinds,
      worker.accepts.map(peopleLane),
      ahead,
    ]);
    return row ?? null;
  }
}

/** By which a check item is known again, however it was made: of the fields as PostgreSQL writes them. */
const DIGEST = (type: string, fields: string, files: string): string =>
  `sha256(convert_to(${type} || e'\\n' || ${fields}::text || e'\\n', 'UTF8') || ${files})`;

/** Adds check items. @returns how many of them were new */
export async function addChecks(database: Database, checks: readonly NewCheck[]): Promise<number> {
  let added = 0;
  for (const { kind, type, fields, files, answer } of checks) {
    const rows = await database.query(
      `insert into check_items (kind, type, fields, files, answer, digest)
       values ($1, $2, $3, $4, $5, ${DIGEST("$2::text", "$3::jsonb", "$4::bytea")})
       on conflict on constraint check_items_unique do update set answer = excluded.answer returning xmax = 0 as new`,
      [kind, type, JSON.stringify(fields), files, JSON.stringify(answer)],
    );
    if (rows[0]?.["new"] === true) added += 1;
  }
  return added;
}

/** Makes check items of the pictures whose right text somebody wrote down. @returns how many */
export async function addChecksFromExamples(database: Database): Promise<number> {
  const rows = await database.query(
    `insert into check_items (kind, type, fields, files, answer, digest)
     select distinct on (digest) 'text', type, fields, picture, json_build_object('text', label), digest
     from examples, lateral (select ${DIGEST("type", "fields", "picture")} as digest) d
     where type = 'ImageToTextTask' and verdict = 'corrected' and picture is not null and label is not null
     order by digest, id desc
     on conflict on constraint check_items_unique do nothing returning id`,
  );
  return rows.length;
}

/** How many there are of each kind, and how often they were answered right. */
export async function listChecks(
  database: Queryable,
): Promise<(Row & { kind: Kind; items: number; answered: number; right: number })[]> {
  return database.query(
    `select c.kind, count(distinct c.id) as items, count(i.id) as answered,
       count(i.id) filter (where i.correct) as right
     from check_items c left join worker_items i on i.check_id = c.id and i.correct is not null
     group by c.kind order by c.kind`,
  );
}

/** Deletes them all. @returns how many there were */
export async function clearChecks(database: Queryable): Promise<number> {
  return (await database.query("delete from check_items returning id")).length;
}
