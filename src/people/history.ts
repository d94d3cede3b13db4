import type { Database, Row } from "../database/database.ts";
import type { Answer, HistoryRow, Kind, Session } from "../protocol/workspace.ts";
import { withConfidence } from "../tasks/confidence.ts";
import type { Examples } from "../tasks/examples.ts";
import { ANSWERING, solutionOf } from "./answering.ts";
import type { Held } from "./claims.ts";
import { readAnswer } from "./read-answer.ts";
import type { Settlements } from "./settlements.ts";
import type { SignedIn } from "./sessions.ts";
import { trustIn } from "./trust.ts";

/** Rows of a history at most. */
const ROWS = 20;
/** Days of check items that a worker's accuracy is taken from. */
const ACCURACY_DAYS = 7;

/** One person's answer alone, which its caller has not got yet; callbacks take the answer along at once. */
const CORRECTABLE = `t.state = 'solved' and t.solver = 'people' and t.detail->>'people' = '1' and t.collected_at is null
  and t.callback_url is null and i.kind <> 'widget' and i.outcome in ('accepted', 'fixed')`;

// Plan: worker_items_ended from its newest end, for each worker where everybody's are wanted: whoever did little today
// costs no more than who did much. A primary key probe of tasks for each row.
export const LIST = `
  select i.id, i.kind, i.value, coalesce(i.took_ms, 0) as "tookMs", i.outcome, i.ended_at as at, i.worker,
    coalesce(${CORRECTABLE}, false) as fixable
  from (
    select own.*, w.name as worker from workers w cross join lateral (
      select * from worker_items where worker_id = w.id and ended_at >= date_trunc('day', now())
        and outcome in ('accepted', 'late', 'fixed', 'skipped', 'unsolvable')
      order by ended_at desc limit ${ROWS}) own
    where $1::bigint is null or w.id = $1
    order by own.ended_at desc limit ${ROWS}
  ) i left join tasks t on t.key = i.task_key
  order by i.ended_at desc, i.id desc`;

const FIND = `
  select i.id, i.kind, i.value, t.key as task, t.type, t.fields, t.detail
  from worker_items i join tasks t on t.key = i.task_key
  where i.id = $1 and i.worker_id = $2 and ${CORRECTABLE}`;

const FIX = `
  with fixed as (
    update tasks t set solution = $3 from worker_items i
    where i.id = $1 and i.worker_id = $2 and t.key = i.task_key and ${CORRECTABLE} returning t.key
  )
  update worker_items i set value = $4, outcome = 'fixed' from fixed where i.id = $1 returning fixed.key`;

interface ListRow extends Row {
  readonly id: number;
  readonly kind: Kind;
  readonly value: unknown;
  readonly tookMs: number;
  readonly outcome: HistoryRow["outcome"];
  readonly at: Date;
  readonly worker: string;
  readonly fixable: boolean;
}

/** A worker's answer that may still be corrected. */
export interface Correctable extends Row, Pick<Held, "type" | "fields" | "detail"> {
  readonly id: number;
  readonly kind: Exclude<Kind, "widget">;
  readonly task: number;
  readonly value: Answer;
}

/** @param worker whose, or null for everybody's */
export async function listHistory(database: Database, worker: number | null): Promise<HistoryRow[]> {
  const rows = await database.query<ListRow>(LIST, [worker]);
  return rows.map((row) => ({
    id: String(row.id),
    kind: row.kind,
    summary: summaryOf(row),
    tookMs: row.tookMs,
    outcome: row.outcome,
    at: row.at.toISOString(),
    fixable: worker !== null && row.fixable,
    worker: row.worker,
  }));
}

/** Null when there is none that the worker may still correct. */
export async function findCorrectable(
  database: Database,
  worker: number,
  id: number,
): Promise<Correctable | null> {
  const [row] = await database.query<Correctable>(FIND, [id, worker]);
  return row ?? null;
}

/**
 * Puts another answer in the place of an earlier one that the caller has not collected yet.
 * @returns whether it still came in time
 * @throws AnswerFault
 */
export async function correct(
  options: { readonly database: Database; readonly examples: Examples; readonly settlements: Settlements },
  worker: number,
  id: number,
  value: unknown,
): Promise<boolean> {
  const { database, examples, settlements } = options;
  const found = await findCorrectable(database, worker, id);
  if (found === null) return false;
  const asked = await settlements.asked({ ...found, check: null });
  const read = readAnswer(found.kind, asked, value, null, "");
  if (read.kind === "widget") return false;
  const trust = await trustIn(database, [id]);
  const solution = withConfidence(asked, solutionOf(read.kind, asked.type, read.value), trust);
  return database.transaction(async (transaction) => {
    const fixed = await transaction.query(FIX, [
      id,
      worker,
      JSON.stringify(solution),
      JSON.stringify(read.answer),
    ]);
    if (fixed.length === 0) return false;
    const label = typeof read.value === "string" ? read.value : JSON.stringify(read.value);
    await examples.record(transaction, [
      { taskKey: found.task, verdict: "corrected", source: "worker", label, workerId: worker },
    ]);
    return true;
  });
}

// Plan: worker_items_ended for the items of today, some thousand at most; worker_items_judged for the check items, which
// are those without a task, as in JUDGE.
export const TODAY = `
  select count(*) as answered, percentile_cont(0.5) within group (order by took_ms) as "medianMs",
    (select avg(correct::int)::double precision from worker_items where worker_id = $1 and task_key is null
      and correct is not null and ended_at > now() - interval '${ACCURACY_DAYS} days') as accuracy
  from worker_items
  where worker_id = $1 and ended_at >= date_trunc('day', now()) and outcome in ('accepted', 'fixed')`;

/** What a worker did today, and how well. */
export async function readToday(database: Database, { worker }: SignedIn): Promise<Session["today"]> {
  const [row] = await database.query<Session["today"] & Row>(TODAY, [worker]);
  return row ?? { answered: 0, medianMs: null, accuracy: null };
}

function summaryOf({ kind, outcome, value }: ListRow): string {
  if (outcome === "unsolvable") return (value as { reason?: string } | null)?.reason ?? "";
  if (value === null || kind === "widget") return "";
  return ANSWERING[kind].summary(value as never).slice(0, 60);
}
