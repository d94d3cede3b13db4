import type { Micros } from "../base/money.ts";
import { Batcher } from "../database/batch.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isUniqueViolation } from "../database/faults.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { NEW_LEASE, type ClaimedTask } from "./claim.ts";
import type { RecentImages } from "./recent-images.ts";
import type { RecentResults } from "./recent-results.ts";

export interface NewTask {
  readonly accountId: number;
  readonly keyId: number;
  readonly type: string;
  readonly lane: string;
  readonly price: Micros;
  /** Whole milliseconds from now after which an answer is worthless. */
  readonly deadlineMs: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly image: Buffer | null;
  /** Where the result is posted when the task ends; checked and normalised. */
  readonly callbackUrl?: string | undefined;
}

export type Submitted =
  /** Committed: it survives whatever happens next. `id` is the taskId of the wire. */
  { readonly outcome: "accepted"; readonly id: number } | { readonly outcome: "insufficient funds" };

/** Within a batch: an item may also fail by itself. */
type Written = Submitted | { readonly outcome: "failed"; readonly error: unknown };

/** What may wait for a batch: beyond it the database is too slow, and callers had better try again. */
const MAX_WAITING = 2_000;
const MAX_WAITING_BYTES = 128 * 1024 * 1024;

/** How much one statement writes. Without the bound on bytes it would carry 100 MB of the largest pictures. */
export const SUBMIT_BATCH = {
  maxItems: 200,
  bytes: { of: ({ image }: NewTask): number => image?.byteLength ?? 0, max: 16 * 1024 * 1024 },
};

/** @throws ProtocolError when too many tasks, or too large ones, wait to be written */
export function assertRoom({ waiting, waitingBytes }: { waiting: number; waitingBytes: number }): void {
  if (waiting < MAX_WAITING && waitingBytes < MAX_WAITING_BYTES) return;
  throw new ProtocolError("ERROR_NO_SLOT_AVAILABLE");
}

/** Bytes of a picture in one row of task_images; the migration says why. */
const IMAGE_PART = 8000;

// One statement, so one commit, for a whole batch: hold, task, picture and ledger entry together or not at all.
// "locked" takes the account rows in one order everywhere, so that batches of several nodes cannot deadlock.
// "running" is what an account's items cost up to and with this one: as many are accepted as its balance covers in order
// of arrival. An item that does not fit but costs no more than the whole balance comes back as "again": dearer ones
// before it may have been in the way.
// Plan: function scans of at most a few hundred rows, primary key probes of accounts; no table is scanned.
export const SUBMIT = {
  name: "submit",
  text: `
  with item as materialized (
    select * from json_to_recordset($1::json) as i (
      ord int, account bigint, key bigint, type text, lane text, price bigint, running bigint, deadline_ms double precision,
      fields jsonb, at int, bytes int, callback_url text, taker text)
  ), locked as materialized (
    select id, balance from accounts where id in (select account from item) order by id for update
  ), affordable as materialized (
    select i.*, a.balance from item i join locked a on a.id = i.account where i.price <= a.balance
  ), accepted as materialized (
    select *, nextval('task_ids')::int as id, nextval('tasks_key_seq') as task_key,
      case when taker is not null then ${NEW_LEASE} end as lease
    from affordable where running <= balance
  ), charged as (
    update accounts a set balance = a.balance - c.total
    from (select account, sum(price) as total from accepted group by account) c
    where a.id = c.account and c.total > 0
  ), task as (
    insert into tasks (key, id, account_id, key_id, type, lane, price, fields, deadline_at, callback_url,
      state, lease, leased_by, leased_until, attempts) overriding system value
    select task_key, id, account, key, type, lane, price, fields, now() + deadline_ms * interval '1 ms', callback_url,
      case when lease is null then 'queued' else 'leased' end, lease, taker,
      case when lease is not null then now() + least($3, deadline_ms) * interval '1 ms' end, (lease is not null)::int from accepted
  ), image as (
    insert into task_images (task_key, part, bytes)
    select task_key, part,
      substring($2::bytea from at + part * ${IMAGE_PART} + 1 for least(${IMAGE_PART}, bytes - part * ${IMAGE_PART}))
    from accepted, generate_series(0, (bytes - 1) / ${IMAGE_PART}) as part where bytes > 0
  ), entry as (
    insert into ledger (account_id, kind, amount, task_key)
    select account, 'hold', price, task_key from accepted where price > 0
  )
  select ord, id, task_key, lease from accepted
  union all
  select ord, null, null, null from affordable where running > balance`,
};

/** A runner of this process that takes new tasks over as they are written, so that it need not claim them. */
export interface Taker {
  readonly lane: string;
  /** Stored with the leases. */
  readonly name: string;
  readonly leaseMs: number;
  /** Sets aside up to `max` places for tasks about to be written; none while older tasks may be waiting. */
  reserve(max: number): number;
  /** Gives the places back and takes the tasks that were leased into them. */
  take(reserved: number, tasks: readonly ClaimedTask[]): void;
}

/** Attempts to find free taskIds after the sequence came round to ids that are still kept. */
const ID_ATTEMPTS = 12;

/** Writes new tasks, many in one commit. */
export class Submitter {
  readonly #database: Database;
  readonly #images: RecentImages;
  readonly #results: RecentResults;
  readonly #taker: Taker | null;
  readonly #onQueued: (lane: string) => void;
  readonly #batcher: Batcher<NewTask, Written>;

  /**
   * @param taker null in processes that run no solver
   * @param onQueued told of each lane in which tasks of a batch have to be claimed
   */
  constructor(
    database: Database,
    images: RecentImages,
    results: RecentResults,
    taker: Taker | null,
    onQueued: (lane: string) => void,
  ) {
    this.#database = database;
    this.#images = images;
    this.#results = results;
    this.#taker = taker;
    this.#onQueued = onQueued;
    this.#batcher = new Batcher((tasks) => this.#flush(tasks), SUBMIT_BATCH);
  }

  /** @throws ProtocolError when too many tasks wait to be written; anything else when the database cannot serve */
  async submit(task: NewTask): Promise<Submitted> {
    assertRoom(this.#batcher);
    const written = await this.#batcher.submit(task);
    if (written.outcome === "failed") throw written.error;
    return written;
  }

  /** Writes a batch, a part of it straight into the hands of this process's runner. */
  async #flush(tasks: readonly NewTask[]): Promise<Written[]> {
    const taker = this.#taker;
    const reserved = taker?.reserve(tasks.filter(({ lane }) => lane === taker.lane).length) ?? 0;
    const taken: ClaimedTask[] = [];
    const queued = new Set<string>();
    try {
      return await this.#write(tasks, reserved, taken, queued);
    } finally {
      taker?.take(reserved, taken);
      for (const lane of queued) this.#onQueued(lane);
    }
  }

  async #write(
    tasks: readonly NewTask[],
    reserved: number,
    taken: ClaimedTask[],
    queued: Set<string>,
  ): Promise<Written[]> {
    const results: Written[] = tasks.map(() => ({ outcome: "insufficient funds" }));
    let pending = tasks.map((task, ord) => ({ task, ord }));
    while (pending.length > 0) {
      let rows: SubmitRow[];
      try {
        rows = await this.#insert(pending, reserved - taken.length);
      } catch (error) {
        if (pending.length === tasks.length) throw error;
        // An earlier round is committed: its tasks stand, and only the rest may be told of the failure.
        for (const { ord } of pending) results[ord] = { outcome: "failed", error };
        return results;
      }
      const again = new Set<number>();
      for (const { ord, id, task_key: key, lease } of rows) {
        const task = tasks[ord];
        if (id === null || task === undefined) {
          again.add(ord);
          continue;
        }
        results[ord] = { outcome: "accepted", id };
        if (lease === null) {
          this.#images.put(key, task.image);
          queued.add(task.lane);
        } else {
          const { accountId, price, type, fields, image, deadlineMs } = task;
          this.#results.leased({ id, accountId, price, createdAt: Math.round(Date.now() / 1000) });
          taken.push({ key, lease, type, fields, image, deadlineMs, attempt: 1 });
        }
      }
      pending = pending.filter(({ ord }) => again.has(ord));
    }
    return results;
  }

  #insert(items: readonly NumberedTask[], places: number): Promise<SubmitRow[]> {
    const taker =
      this.#taker === null
        ? null
        : { lane: this.#taker.lane, name: this.#taker.name, leaseMs: this.#taker.leaseMs, places };
    return skippingTakenIds(this.#database, () => insertTasks(this.#database, items, taker));
  }
}

/** A task and its place in the batch. */
export interface NumberedTask {
  readonly task: NewTask;
  readonly ord: number;
}

/** Writes tasks in one statement. @param taker gets up to `places` of its lane leased at once */
export async function insertTasks(
  database: Queryable,
  items: readonly NumberedTask[],
  taker: (Pick<Taker, "lane" | "name" | "leaseMs"> & { readonly places: number }) | null,
): Promise<SubmitRow[]> {
  let at = 0;
  let left = taker?.places ?? 0;
  const running = new Map<number, Micros>();
  const records = items.map(({ task, ord }) => {
    const bytes = task.image?.byteLength ?? 0;
    const cost = (running.get(task.accountId) ?? 0) + task.price;
    running.set(task.accountId, cost);
    const record = {
      ord,
      account: task.accountId,
      key: task.keyId,
      type: task.type,
      lane: task.lane,
      price: task.price,
      running: cost,
      deadline_ms: task.deadlineMs,
      fields: task.fields,
      at,
      bytes,
      callback_url: task.callbackUrl,
      taker: task.lane === taker?.lane && left-- > 0 ? taker.name : undefined,
    };
    at += bytes;
    return record;
  });
  // One binary parameter: pictures inside JSON or a text array would be sent at twice their size.
  const images = Buffer.concat(items.map(({ task }) => task.image ?? Buffer.alloc(0)));
  return database.query<SubmitRow>(SUBMIT, [JSON.stringify(records), images, taker?.leaseMs ?? 0]);
}

/** Runs what draws taskIds, again while it meets ids that are still kept. */
export async function skippingTakenIds<Result>(
  database: Database,
  insert: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await insert();
    } catch (error) {
      if (attempt >= ID_ATTEMPTS || !isUniqueViolation(error, "tasks_id_unique")) throw error;
      // Skip ahead in doubling steps: past a block of kept ids in few attempts.
      await database.query("select nextval('task_ids') from generate_series(1, $1)", [2 ** attempt]);
    }
  }
}

export interface SubmitRow extends Row {
  readonly ord: number;
  readonly id: number | null;
  readonly task_key: number;
  readonly lease: number | null;
}
