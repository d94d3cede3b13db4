import { Batcher } from "../database/batch.ts";
import type { Database, Row } from "../database/database.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Micros } from "../base/money.ts";
import type { RecentResults } from "./recent-results.ts";
import type { State } from "./states.ts";

/** What the wire may know of a task. */
export interface TaskView extends Row {
  readonly id: number;
  readonly accountId: number;
  readonly state: State;
  readonly price: Micros;
  /** The solution as JSON text, ready to be put into an answer. */
  readonly solution: string | null;
  /** Whether the solution must not be delivered any more, by the database's clock; null where it does not expire. */
  readonly solutionExpired: boolean | null;
  readonly errorCode: ErrorCode | null;
  readonly errorDescription: string | null;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly settledAt: number | null;
}

/** The columns of a TaskView, from a row of "tasks" under the given alias. */
export const TASK_VIEW = (row: string): string =>
  `${row}.id, ${row}.account_id as "accountId", ${row}.state, ${row}.price, ${row}.solution::text as solution,
    ${row}.solution_expires_at <= now() as "solutionExpired",
    ${row}.error_code as "errorCode", ${row}.error_description as "errorDescription",
    extract(epoch from ${row}.created_at)::int as "createdAt", extract(epoch from ${row}.settled_at)::int as "settledAt"`;

/** A person's answer may be corrected until it was collected; then it stays. */
interface Read extends TaskView {
  readonly correctable: boolean | null;
}

// Plan: one probe of tasks_id_unique for each id.
export const READ = {
  name: "read",
  text: `select ${TASK_VIEW("t")}, t.state = 'solved' and t.solver = 'people' and t.collected_at is null as correctable
    from tasks t where t.id = any($1::int[])`,
};

// Plan: one probe of tasks_id_unique.
const COLLECT = {
  name: "collect",
  text: `update tasks t set collected_at = now() where t.id = $1 and t.account_id = $2 and t.collected_at is null
    and t.state = 'solved' returning ${TASK_VIEW("t")}`,
};

// Plan: one primary key probe for each account.
const BALANCES = {
  name: "balances",
  text: `select id, balance from accounts where id = any($1::bigint[])`,
};

/** Reads tasks and balances for callers, many in one statement. */
export class Reader {
  readonly #database: Database;
  readonly #results: RecentResults;
  readonly #tasks: Batcher<number, { readonly task: Read | null }>;
  readonly #balances: Batcher<number, Micros>;

  constructor(database: Database, results: RecentResults) {
    this.#database = database;
    this.#results = results;
    this.#tasks = new Batcher(
      async (ids) => {
        const rows = await database.query<Read>(READ, [ids]);
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => ({ task: byId.get(id) ?? null }));
      },
      { maxItems: 500 },
    );
    this.#balances = new Batcher(
      async (ids) => {
        const rows = await database.query<Row & { id: number; balance: Micros }>(BALANCES, [ids]);
        const byId = new Map(rows.map(({ id, balance }) => [id, balance]));
        return ids.map((id) => byId.get(id) ?? 0);
      },
      { maxItems: 500 },
    );
  }

  /** Null when there is no such task, or when it is another account's: the caller must not be able to tell. */
  task(id: number, accountId: number): Promise<TaskView | null> {
    const known = this.#results.find(id);
    if (known !== undefined) return Promise.resolve(known.accountId === accountId ? known : null);
    return this.#tasks.submit(id).then(({ task }) => {
      if (task?.accountId !== accountId) return null;
      return task.correctable === true ? this.#collect(task) : task;
    });
  }

  /** Whether a solver of this process is at the account's task just now, as far as it remembers. */
  isUnderWay(id: number, accountId: number): boolean {
    const known = this.#results.find(id);
    return known?.accountId === accountId && known.state === "leased";
  }

  /** The answer as it stands when it is first given out, so that every later reading gives the same. */
  async #collect({ id, accountId }: Read): Promise<TaskView | null> {
    const [collected] = await this.#database.query<TaskView>(COLLECT, [id, accountId]);
    // Another reader was faster: what stands now is what it got.
    return collected ?? (await this.#tasks.submit(id)).task;
  }

  balance(accountId: number): Promise<Micros> {
    return this.#balances.submit(accountId);
  }
}
