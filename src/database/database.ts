/** The database port: what the rest of the program needs of PostgreSQL. */

export type Row = Readonly<Record<string, unknown>>;

/** A statement that is prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Queryable {
  /** `bigint` columns come as JavaScript numbers, `timestamptz` as Date. */
  query<Result extends Row>(statement: Statement | string, values?: readonly unknown[]): Promise<Result[]>;
}

export interface Database extends Queryable {
  /** Commits without waiting for the disk: a crash may lose the newest of them, never parts of one. */
  readonly relaxed: Queryable;
  /**
   * Runs `work` with relaxed commits, whose row locks are free before the disk has them, and then waits for the disk.
   * Rejects when the connection broke: then what `work` wrote may be lost, and nobody may be told of it.
   */
  durably<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result>;
  /** Runs `work` in one transaction; a rejection rolls back. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * Calls `notify` for each NOTIFY on the channel. A notification is a hint and may be lost:
   * after every (re)connection `notify("")` is called once, so that the listener looks for itself.
   */
  listen(channel: string, notify: (payload: string) => void): void;
  close(): Promise<void>;
}
