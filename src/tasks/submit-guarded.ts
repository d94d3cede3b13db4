import { COUNTS_TODAY, SPENT_TODAY } from "../accounts/key-limits.ts";
import type { Micros } from "../base/money.ts";
import { Batcher } from "../database/batch.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { budgetsOf, exceeded, type Budget, type Exceeded } from "./budgets.ts";
import { findKnown, remember, slotOf, type Identity } from "./idempotency.ts";
import type { RecentImages } from "./recent-images.ts";
import {
  assertRoom,
  insertTasks,
  skippingTakenIds,
  SUBMIT_BATCH,
  type NewTask,
  type Submitted,
} from "./submit.ts";

/** A task that needs more than its account's balance to be accepted. */
export interface GuardedTask extends NewTask {
  /** Set when the request may be a repetition. */
  readonly identity: Identity | null;
  /** Whether the key has a budget that the price counts against. */
  readonly budgeted: boolean;
}

export type GuardedOutcome =
  | Submitted
  /** A repetition: the task that the first request made. Nothing was charged. */
  | { readonly outcome: "repeated"; readonly id: number }
  /** The Idempotency-Key belongs to another request. */
  | { readonly outcome: "conflict" }
  | ({ readonly outcome: "over budget" } & Exceeded);

// In one order, as every statement locks accounts. Budgets and idempotency keys belong to keys and these to accounts, so
// whoever holds the account's row decides about them alone.
// Plan: one primary key probe for each account.
const LOCK = {
  name: "lock-accounts",
  text: `select id, balance from accounts where id = any($1::bigint[]) order by id for update`,
};

// Plan: one primary key probe for each key and each task.
export const SPEND = {
  name: "spend",
  text: `
  with item as materialized (
    select * from json_to_recordset($1::json) as i (key bigint, id int, price bigint)
  ), spent as (
    update api_keys k set spent_total = k.spent_total + s.total,
      spent_today = s.total + ${SPENT_TODAY},
      spent_day = case when ${COUNTS_TODAY} then k.spent_day else current_date end
    from (select key, sum(price) as total from item group by key) s where k.id = s.key
  )
  update tasks t set budgeted = true from item where t.id = item.id`,
};

/**
 * Writes the tasks that carry an Idempotency-Key or whose API key has a budget: one transaction of a few statements
 * for a batch. All others go through Submitter, in one statement and past this.
 */
export class GuardedSubmitter {
  readonly #database: Database;
  readonly #images: RecentImages;
  readonly #onQueued: (lane: string) => void;
  readonly #batcher: Batcher<GuardedTask, GuardedOutcome>;

  /** @param onQueued told of each lane in which tasks of a batch have to be claimed */
  constructor(database: Database, images: RecentImages, onQueued: (lane: string) => void) {
    this.#database = database;
    this.#images = images;
    this.#onQueued = onQueued;
    this.#batcher = new Batcher<GuardedTask, GuardedOutcome>((tasks) => this.#flush(tasks), SUBMIT_BATCH);
  }

  /** @throws ProtocolError when too many tasks wait to be written; anything else when the database cannot serve */
  submit(task: GuardedTask): Promise<GuardedOutcome> {
    assertRoom(this.#batcher);
    return this.#batcher.submit(task);
  }

  /** The task that an earlier, equal request made; null when there was none. Asked before anything can refuse it. */
  async earlier(keyId: number, identity: Identity): Promise<GuardedOutcome | null> {
    const known = await findKnown(this.#database, [{ keyId, identity }]);
    for (const { request, taskId } of known.values()) {
      return request === identity.request ? { outcome: "repeated", id: taskId } : { outcome: "conflict" };
    }
    return null;
  }

  async #flush(tasks: readonly GuardedTask[]): Promise<GuardedOutcome[]> {
    const { outcomes, rows } = await skippingTakenIds(this.#database, () =>
      this.#database.transaction((transaction) => write(transaction, tasks)),
    );
    const queued = new Set<string>();
    for (const { ord, task_key: key } of rows) {
      const task = tasks[ord];
      if (task === undefined) continue;
      this.#images.put(key, task.image);
      queued.add(task.lane);
    }
    for (const lane of queued) this.#onQueued(lane);
    return outcomes;
  }
}

async function write(transaction: Queryable, tasks: readonly GuardedTask[]) {
  const accounts = await transaction.query<Row & { id: number; balance: Micros }>(LOCK, [
    [...new Set(tasks.map(({ accountId }) => accountId))],
  ]);
  const named = tasks.flatMap(({ keyId, identity }) => (identity === null ? [] : [{ keyId, identity }]));
  const books = new Books(
    new Map(accounts.map(({ id, balance }) => [id, balance])),
    await budgetsOf(transaction, [...new Set(tasks.map(({ keyId }) => keyId))]),
    new Map(await findKnown(transaction, named)),
  );
  const decided = tasks.map((task, ord) => books.decide(task, ord));
  const accepted = tasks.flatMap((task, ord) => (decided[ord] === null ? [{ task, ord }] : []));
  const rows = accepted.length === 0 ? [] : await insertTasks(transaction, accepted, null);
  const ids = new Map(rows.flatMap(({ ord, id }) => (id === null ? [] : [[ord, id] as const])));
  // The balances were locked before anything was decided, so what they cover is accepted.
  if (ids.size !== accepted.length) throw new Error("a task that was paid for was not written");
  const taskIdOf = (ord: number) => ids.get(ord) ?? 0;
  await remember(
    transaction,
    accepted.flatMap(({ task: { keyId, identity }, ord }) =>
      identity === null ? [] : [{ keyId, identity, taskId: taskIdOf(ord) }],
    ),
  );
  const spent = accepted.filter(({ task }) => task.budgeted);
  if (spent.length > 0) {
    const records = spent.map(({ task: { keyId, price }, ord }) => ({
      key: keyId,
      id: taskIdOf(ord),
      price,
    }));
    await transaction.query(SPEND, [JSON.stringify(records)]);
  }
  const outcomes = tasks.map((_, ord): GuardedOutcome => {
    const decision = decided[ord] ?? { outcome: "accepted", id: taskIdOf(ord) };
    return "like" in decision ? { outcome: "repeated", id: taskIdOf(decision.like) } : decision;
  });
  return { outcomes, rows };
}

/** Refused, or a repetition of another task of the batch; null for accepted. */
type Decision = Exclude<GuardedOutcome, { outcome: "accepted" }> | { readonly like: number } | null;

/** What the batch's accounts and keys can still pay, item by item in order of arrival. */
class Books {
  readonly #balances: Map<number, Micros>;
  readonly #budgets: ReadonlyMap<number, Budget>;
  readonly #known: ReadonlyMap<string, { readonly request: string; readonly taskId: number }>;
  readonly #spent = new Map<number, Micros>();
  readonly #accepted = new Map<string, { readonly request: string; readonly ord: number }>();

  constructor(
    balances: Map<number, Micros>,
    budgets: ReadonlyMap<number, Budget>,
    known: ReadonlyMap<string, { readonly request: string; readonly taskId: number }>,
  ) {
    this.#balances = balances;
    this.#budgets = budgets;
    this.#known = known;
  }

  decide({ accountId, keyId, identity, price, budgeted }: GuardedTask, ord: number): Decision {
    const slot = identity === null ? null : slotOf({ keyId, identity });
    if (identity !== null && slot !== null) {
      const known = this.#known.get(slot);
      const twin = this.#accepted.get(slot);
      const request = known?.request ?? twin?.request;
      if (request !== undefined && request !== identity.request) return { outcome: "conflict" };
      if (known !== undefined) return { outcome: "repeated", id: known.taskId };
      if (twin !== undefined) return { like: twin.ord };
    }
    const balance = this.#balances.get(accountId) ?? 0;
    if (price > balance) return { outcome: "insufficient funds" };
    const budget = this.#budgets.get(keyId);
    if (budgeted && budget !== undefined) {
      const spent = this.#spent.get(keyId) ?? 0;
      const over = exceeded(budget, spent, price);
      if (over !== null) return { outcome: "over budget", ...over };
      this.#spent.set(keyId, spent + price);
    }
    this.#balances.set(accountId, balance - price);
    if (identity !== null && slot !== null) this.#accepted.set(slot, { request: identity.request, ord });
    return null;
  }
}
