import type { Database, Queryable, Row } from "../database/database.ts";
import type { UnsolvableReason } from "../protocol/workspace.ts";
import type { PeopleOnline } from "../tasks/admit.ts";
import type { Examples, NewExample } from "../tasks/examples.ts";
import { ruleOf } from "../tasks/rules.ts";
import { settleParameters, settleStatement, type Settled, type Settlement } from "../tasks/settle.ts";
import { AnswerFault, type Asked } from "./answering.ts";
import type { Held, LeaseName } from "./claims.ts";
import type { ItemFiles } from "./files.ts";
import { judge } from "./quality.ts";
import {
  backToQueue,
  failed,
  readAnswer,
  sameValue,
  settlementOf,
  valueIn,
  type Answered,
  type ReadAnswer,
} from "./read-answer.ts";
import { touchItem, type Touched } from "./touched-item.ts";
import { trustIn } from "./trust.ts";
import type { WidgetDesk } from "./widgets.ts";

/** So many different people must skip a task before it counts as unsolvable. */
const SKIPS = 3;

const UNSOLVABLE: Readonly<Record<UnsolvableReason, string>> = {
  unreadable: "A person could not make it out.",
  broken: "A person found that the file cannot be shown.",
  "wrong-kind": "A person found that it is not what its type says.",
  other: "A person could not answer it.",
};

export interface SettlementsOptions {
  readonly database: Database;
  readonly keepSeconds: number;
  readonly files: ItemFiles;
  readonly examples: Examples;
  readonly widgets: WidgetDesk;
  readonly people: Pick<PeopleOnline, "missing">;
  /** Told of each task that a person ended or gave back, once that is committed, and of answers that came too late. */
  readonly onSettled?: (to: Settlement["to"], settled: Settled) => void;
}

// One commit: what becomes of the task, its money, and what the worker did. Plan: that of "settle".
const SETTLE_ITEM = settleStatement(
  "settle-item",
  `, done as (
    update worker_items i
    set ended_at = now(), outcome = $4, value = $5, took_ms = $6, shown_at = coalesce(i.shown_at, now())
    where i.id = $3 and i.ended_at is null and exists (select from ended union all select from requeued)
  )`,
);

/** For check items, which have no task. */
const CLOSE_CHECK = `update worker_items
  set ended_at = now(), outcome = $2, value = $3, took_ms = $4, correct = $5, shown_at = coalesce(shown_at, now())
  where id = $1 and ended_at is null`;

/** Whose votes were with the answer that won. */
const AGREED = `update worker_items i set correct = v.correct
  from unnest($1::bigint[], $2::boolean[]) as v (id, correct) where i.id = v.id`;

/** Only an item that its worker lost becomes a late one. */
const LATE = `update worker_items
  set ended_at = coalesce(ended_at, now()), outcome = 'late', value = $2, took_ms = $3
  where id = $1 and coalesce(outcome, 'lost') in ('lost', 'released', 'pulled back')
  returning id`;

/** What is done with the items that workers hold: each call is one commit, and only the holder of the lease is heard. */
export class Settlements {
  readonly #options: SettlementsOptions;

  constructor(options: SettlementsOptions) {
    this.#options = options;
  }

  /**
   * Takes an answer: settles the task, or counts it as one of the votes that its rule asks for. `late` when the item was
   * lost before; such an answer is kept as an example and nothing else, if it is one. Null for an item that this session
   * never had.
   * @param workspace origin of the page
   * @throws AnswerFault
   */
  async answer(
    session: number,
    name: LeaseName,
    value: unknown,
    tookMs: number,
    workspace: string,
  ): Promise<{ readonly outcome: "accepted" | "late"; readonly id: number } | null> {
    const item = await touchItem(this.#options.database, session, name);
    if (item === null) return null;
    const { id, type, fields } = item;
    // The page sends an answer again whose acknowledgement it missed.
    if (item.outcome === "accepted" || item.outcome === "fixed") return { outcome: "accepted", id };
    if (type === null || fields === null) return { outcome: "late", id };
    const asked = await this.asked({ ...item, type, fields });
    let read: ReadAnswer;
    try {
      read = readAnswer(item.kind, asked, value, this.#options.widgets, workspace);
    } catch (error) {
      // The page would bring an item back that is somebody else's.
      if (item.held || !(error instanceof AnswerFault)) throw error;
      return { outcome: "late", id };
    }
    const outcome =
      item.task === null
        ? await this.#answerCheck(item, asked, read, tookMs)
        : await this.#answerTask({ ...item, key: item.task, asked }, read, tookMs);
    return { outcome, id };
  }

  /**
   * Back to the queue for others, or the end when enough people skipped it or nobody else is there. Nothing when the item
   * is lost already.
   */
  async skip(session: number, name: LeaseName): Promise<void> {
    const item = await touchItem(this.#options.database, session, name);
    if (item === null || !item.held) return;
    const over =
      item.skips + 1 >= SKIPS ? `${SKIPS} people could not answer it.` : await this.#nobodyElse(item);
    await this.#give(item, "skipped", null, (task) =>
      over === null ? backToQueue(task) : failed(task, over),
    );
    await judge(this.#options.database, item.worker);
  }

  /** Ends the task: a person has seen that nobody can answer it. @returns whether the lease held */
  async unsolvable(
    session: number,
    name: LeaseName,
    reason: UnsolvableReason,
    note: string | null,
  ): Promise<boolean> {
    const item = await touchItem(this.#options.database, session, name);
    if (item === null || !item.held) return false;
    await this.#give(item, "unsolvable", { reason, note }, (task) => failed(task, UNSOLVABLE[reason]));
    await judge(this.#options.database, item.worker);
    return true;
  }

  /** Back to the queue, for anybody. */
  async release(session: number, name: LeaseName): Promise<void> {
    const item = await touchItem(this.#options.database, session, name);
    if (item?.held) await this.#give(item, "released", null, backToQueue);
  }

  /** Gives back everything that a session holds. */
  async releaseAll(session: number): Promise<void> {
    const open = await this.#options.database.query<Row & LeaseName>(
      "select id as item, lease from worker_items where session_id = $1 and ended_at is null",
      [session],
    );
    for (const name of open) await this.release(session, name);
  }

  /** What the worker is asked, with the files. */
  async asked(item: Pick<Held, "task" | "check" | "type" | "fields" | "detail">): Promise<Asked> {
    const of = item.task === null ? { check: item.check ?? 0 } : { task: item.task };
    const files = await this.#options.files.load(of, item.fields);
    // Who has to agree with the recogniser must not see what it read.
    const reading = ruleOf(item.fields).mode === "agree" ? null : item.detail;
    return { type: item.type, fields: item.fields, files, reading };
  }

  async #answerCheck(item: Touched, asked: Asked, read: ReadAnswer, tookMs: number) {
    const { kind, expected } = item;
    if (read.kind === "widget" || kind === "widget" || !item.held || expected === null) return "late";
    const correct = sameValue(kind, asked, read.value, valueIn(kind, asked, expected));
    const answer = JSON.stringify(read.answer);
    const { database } = this.#options;
    await database.query(CLOSE_CHECK, [item.id, "accepted", answer, tookMs, correct]);
    if (!correct) await judge(database, item.worker);
    return "accepted";
  }

  async #answerTask(task: Touched & Answered, read: ReadAnswer, tookMs: number) {
    const { database, examples } = this.#options;
    // A token is its caller's alone, and worth nothing in minutes: it is not kept.
    const answer = read.kind === "widget" ? null : read.answer;
    const right =
      read.kind === "widget"
        ? []
        : task.votes.map((vote) =>
            sameValue(read.kind, task.asked, valueIn(read.kind, task.asked, vote), read.value),
          );
    const agreeing = [task.id, ...task.voters.filter((_, at) => right[at])];
    const decided = settlementOf(
      task,
      read,
      read.kind === "widget" ? null : await trustIn(database, agreeing),
    );
    const alone = decided.to === "queued" ? await this.#nobodyElse(task) : null;
    const settlement = alone === null ? decided : failed(task, alone);
    const outcome = await database.transaction(async (transaction) => {
      const settled =
        task.held && (await this.#settle(transaction, task.id, settlement, "accepted", answer, tookMs));
      if (settled && settlement.to === "solved" && right.length > 0) {
        await transaction.query(AGREED, [
          [...task.voters, task.id],
          [...right, true],
        ]);
      }
      const late = !settled && (await transaction.query(LATE, [task.id, jsonOf(answer), tookMs])).length > 0;
      if ((settled || late) && read.kind !== "widget") {
        await examples.record(transaction, [exampleOf(task, read.value)]);
      }
      if (settled || late) return settled ? "settled" : "late";
      // The same answer came twice at once, and the other was taken.
      const [now] = await transaction.query("select outcome from worker_items where id = $1", [task.id]);
      return now?.["outcome"] === "accepted" ? "accepted" : "late";
    });
    if (outcome === "accepted") return outcome;
    this.#options.onSettled?.(settlement.to, outcome);
    return outcome === "settled" ? "accepted" : "late";
  }

  /** Why the item would wait for others in vain, in a sentence for the caller; null when somebody else is there. */
  async #nobodyElse({ kind, fields, worker, seen }: Touched): Promise<string | null> {
    if (fields === null) return null;
    const missing = await this.#options.people.missing(kind, fields, [worker, ...seen]);
    return missing && `Somebody else had to be asked, and ${missing}.`;
  }

  async #give(
    item: Touched,
    outcome: string,
    value: unknown,
    settlement: (task: Touched & { readonly key: number }) => Settlement,
  ): Promise<void> {
    const { database } = this.#options;
    if (item.task === null) await database.query(CLOSE_CHECK, [item.id, outcome, jsonOf(value), null, null]);
    else {
      const given = settlement({ ...item, key: item.task });
      if (await this.#settle(database, item.id, given, outcome, value, null)) {
        this.#options.onSettled?.(given.to, "settled");
      }
    }
  }

  /** Whether the lease still held. */
  async #settle(
    queryable: Queryable,
    item: number,
    settlement: Settlement,
    outcome: string,
    value: unknown,
    tookMs: number | null,
  ): Promise<boolean> {
    const parameters = settleParameters([settlement], this.#options.keepSeconds);
    const rows = await queryable.query(SETTLE_ITEM, [...parameters, item, outcome, jsonOf(value), tookMs]);
    return rows.length > 0;
  }
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function exampleOf(task: Touched & Answered, value: unknown): NewExample {
  return {
    taskKey: task.key,
    verdict: "answered",
    source: "worker",
    label: typeof value === "string" ? value : JSON.stringify(value),
    workerId: task.worker,
  };
}
