import type { Database, Row } from "../database/database.ts";

/** One labelled example, without its picture's bytes in JSON. */
export interface ExportedExample extends Row {
  readonly id: number;
  readonly type: string;
  readonly verdict: string;
  readonly source: string;
  /** Who gave the answer that is judged; null where it was a person. */
  readonly solver: string | null;
  readonly label: string | null;
  readonly answer: Readonly<Record<string, unknown>> | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly picture: Buffer | null;
}

/** Examples read by one statement: each may carry a picture. */
const AT_ONCE = 100;

// An answer that settled nothing, though others had to say the same, is somebody's guess and no label.
const NEVER_AGREED = `e.verdict = 'answered' and e.answer is null
      and (e.fields->'$rule'->>'consensus' <> '1' or e.fields->'$rule'->>'mode' = 'agree')`;

// Plan: the primary key from where the last portion ended; examples_task for what else was said of a task.
const NEXT = `
  select e.id, e.type, e.verdict, e.source, e.solver, e.label, e.answer, e.fields, e.created_at as "createdAt", e.picture
  from examples e
  where e.id > $1 and (not $2 or (
    e.label is not null and e.picture is not null and e.verdict in ('answered', 'corrected')
    and (${NEVER_AGREED}) is not true and not exists (
      select from examples other where other.task_key = e.task_key and other.id <> e.id and (
        -- A correction counts more than an answer, the answer that was delivered more than one that came too late, and
        -- the newest of its kind more than those before.
        (other.label is not null
          and (other.verdict = 'answered', other.label is distinct from other.answer->>'text', -other.id)
            < (e.verdict = 'answered', e.label is distinct from e.answer->>'text', -e.id))
        or (e.verdict = 'answered' and other.verdict = 'incorrect')))))
  order by e.id limit ${AT_ONCE}`;

/**
 * All labelled examples, oldest first.
 * @param labelledPictures only pictures with a right text, one for each task: what a recogniser can learn from
 */
export async function* readExamples(
  database: Database,
  labelledPictures: boolean,
): AsyncGenerator<ExportedExample> {
  let after = 0;
  for (;;) {
    const rows = await database.query<ExportedExample>(NEXT, [after, labelledPictures]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
