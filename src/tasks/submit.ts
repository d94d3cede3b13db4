import type { Micros } from "../base/money.ts";
import { Batcher } from "../database/batch.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isUniqueViolation } from "../database/faults.ts";
import type { RecentImages } from "./recent-images.ts";

/** NOTIFY channel on which the lanes of newly queued tasks are told. */
export const TASKS_CHANNEL = "glyphdesk_tasks";

export interface NewTask {
  readonly accountId: number;
  readonly keyId: number;
  readonly type: string;
  readonly lane: string;
  readonly price: Micros;
  /** Milliseconds from now after which an answer is worthless. */
  readonly deadlineMs: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly image: Buffer | null;
}

export type Submitted =
  /** Committed: it survives whatever happens next. `id` is the taskId of the wire. */
  { readonly outcome: "accepted"; readonly id: number } | { readonly outcome: "insufficient funds" };

// One statement, so one commit, for a whole batch: hold, task, picture and ledger entry together or not at all.
// "locked" takes the account rows in one order everywhere, so that batches of several nodes cannot deadlock.
// Of an account's items as many are accepted as its balance covers in order of arrival. An item that does not fit but
// costs no more than the whole balance comes back as "again": a dearer one before it may have been in the way.
// Plan: function scans of at most a few hundred rows, primary key probes of accounts; no table is scanned.
const SUBMIT = {
  name: "submit",
  text: `
  with item as materialized (
    select * from json_to_recordset($1::json) as i (
      ord int, account bigint, key bigint, type text, lane text, price bigint, deadline_ms double precision,
      fields jsonb, at int, bytes int)
  ), locked as materialized (
    select id, balance from accounts where id in (select account from item) order by id for update
  ), affordable as materialized (
    select i.*, a.balance, sum(i.price) over (partition by i.account order by i.ord) as running
    from item i join locked a on a.id = i.account where i.price <= a.balance
  ), accepted as materialized (
    select *, nextval('task_ids')::int as id, nextval('tasks_key_seq') as task_key from affordable where running <= balance
  ), charged as (
    update accounts a set balance = a.balance - c.total
    from (select account, sum(price) as total from accepted group by account) c
    where a.id = c.account and c.total > 0
  ), task as (
    insert into tasks (key, id, account_id, key_id, type, lane, price, fields, deadline_at) overriding system value
    select task_key, id, account, key, type, lane, price, fields, now() + deadline_ms * interval '1 ms' from accepted
  ), image as (
    insert into task_images (task_key, bytes)
    select task_key, substring($2::bytea from at + 1 for bytes) from accepted where bytes > 0
  ), entry as (
    insert into ledger (account_id, kind, amount, task_key)
    select account, 'hold', price, task_key from accepted where price > 0
  ), told as (
    select pg_notify('${TASKS_CHANNEL}', lane) from (select distinct lane from accepted) l
  )
  select ord, id, task_key, (select count(*) from told) as told from accepted
  union all
  select ord, null, null, null from affordable where running > balance`,
};

/** Attempts to find free taskIds after the sequence came round to ids that are still kept. */
const ID_ATTEMPTS = 12;

/** Writes new tasks, many in one commit. */
export class Submitter {
  readonly #images: RecentImages;
  readonly #batcher: Batcher<NewTask, Submitted>;

  constructor(database: Database, images: RecentImages, onQueued: () => void) {
    this.#images = images;
    this.#batcher = new Batcher(
      // The commit lets go of the account rows without waiting for the disk, so the next flush can run meanwhile; the
      // callers are told only after their tasks are on disk.
      (tasks) =>
        database.durably(async (connection) => {
          const results = await this.#write(connection, tasks);
          onQueued();
          return results;
        }),
      { maxItems: 200, maxFlushes: 3 },
    );
  }

  submit(task: NewTask): Promise<Submitted> {
    return this.#batcher.submit(task);
  }

  async #write(connection: Queryable, tasks: readonly NewTask[]): Promise<Submitted[]> {
    const results: Submitted[] = tasks.map(() => ({ outcome: "insufficient funds" }));
    let pending = tasks.map((task, ord) => ({ task, ord }));
    while (pending.length > 0) {
      const rows = await this.#insert(connection, pending);
      const again = new Set<number>();
      for (const { ord, id, task_key: key } of rows) {
        if (id === null) again.add(ord);
        else {
          results[ord] = { outcome: "accepted", id };
          this.#images.put(key, tasks[ord]?.image ?? null);
        }
      }
      pending = pending.filter(({ ord }) => again.has(ord));
    }
    return results;
  }

  async #insert(
    connection: Queryable,
    items: readonly { readonly task: NewTask; readonly ord: number }[],
  ): Promise<SubmitRow[]> {
    let at = 0;
    const records = items.map(({ task, ord }) => {
      const bytes = task.image?.byteLength ?? 0;
      const record = {
        ord,
        account: task.accountId,
        key: task.keyId,
        type: task.type,
        lane: task.lane,
        price: task.price,
        deadline_ms: task.deadlineMs,
        fields: task.fields,
        at,
        bytes,
      };
      at += bytes;
      return record;
    });
    // One binary parameter: pictures inside JSON or a text array would be sent at twice their size.
    const images = Buffer.concat(items.map(({ task }) => task.image ?? Buffer.alloc(0)));
    const parameters = [JSON.stringify(records), images];
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await connection.query<SubmitRow>(SUBMIT, parameters);
      } catch (error) {
        if (attempt >= ID_ATTEMPTS || !isUniqueViolation(error, "tasks_id_unique")) throw error;
        // Skip ahead in doubling steps: past a block of kept ids in few attempts.
        await connection.query("select nextval('task_ids') from generate_series(1, $1)", [2 ** attempt]);
      }
    }
  }
}

interface SubmitRow extends Row {
  readonly ord: number;
  readonly id: number | null;
  readonly task_key: number;
}
