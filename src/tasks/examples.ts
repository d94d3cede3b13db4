import type { Database, Queryable } from "../database/database.ts";

/** What somebody said about the answer of a task. The migration says what each word means. */
export interface NewExample {
  readonly taskKey: number;
  readonly verdict: "incorrect" | "correct" | "corrected" | "answered";
  readonly source: "report" | "worker" | "operator";
  /** The right text; must be there when `corrected`. */
  readonly label?: string | null;
  /** The answer that is judged, where it is another than the task's solution. */
  readonly answer?: Readonly<Record<string, unknown>> | null;
  readonly workerId?: number | null;
}

// Plan: a primary key probe of tasks and one range of task_images for each example.
export const RECORD_EXAMPLES = {
  name: "record-examples",
  text: `
  insert into examples (task_key, task_id, account_id, type, lane, solver, fields, picture, answer, label, verdict, source,
    worker_id)
  select t.key, t.id, t.account_id, t.type, t.lane, case when i.worker is null then t.solver end, t.fields, p.picture,
    coalesce(i.answer, t.solution), i.label, i.verdict, i.source, i.worker
  from json_to_recordset($1::json) as i (
    task bigint, verdict text, source text, label text, answer jsonb, worker bigint)
  join tasks t on t.key = i.task
  left join lateral (
    select string_agg(bytes, ''::bytea order by part) as picture from task_images where task_key = t.key
  ) p on true`,
};

// Plan: examples_age from its oldest end; the index leaves the verdict gold out, which nothing writes.
export const FORGET_EXAMPLES = {
  name: "forget-examples",
  text: `
  delete from examples where id in (
    select id from examples where verdict <> 'gold' and created_at <= now() - $1 * interval '1 day'
    order by created_at limit 200 for update skip locked
  ) returning id`,
};

/**
 * Labelled examples: pictures with what was said about their answers. Pictures are personal data, so they are kept
 * for a while only, or with 0 days not at all.
 */
export class Examples {
  readonly #keepDays: number;

  constructor(keepDays: number) {
    this.#keepDays = keepDays;
  }

  /**
   * Takes down the tasks' pictures, fields and answers, as they are at this moment. Within the caller's transaction,
   * so that a label and what it is about are written together.
   */
  async record(transaction: Queryable, examples: readonly NewExample[]): Promise<void> {
    if (this.#keepDays === 0 || examples.length === 0) return;
    const records = examples.map(({ taskKey, verdict, source, label, answer, workerId }) => ({
      task: taskKey,
      verdict,
      source,
      label,
      answer,
      worker: workerId,
    }));
    await transaction.query(RECORD_EXAMPLES, [JSON.stringify(records)]);
  }

  /** Deletes some that are older than they are kept. @returns how many */
  async forget(database: Database): Promise<number> {
    return (await database.query(FORGET_EXAMPLES, [this.#keepDays])).length;
  }
}
