import type { Database, Row } from "../database/database.ts";
import type { PeopleOnline } from "../tasks/admit.ts";
import type { Kind } from "../protocol/workspace.ts";

/** How long what is known of who is online is believed. */
const BELIEVED_MS = 1_000;

/**
 * Answers from memory who is online, in any process. Everybody's streams stand in one small table, which is read at
 * most once a second, and again whenever somebody comes or goes.
 */
export class Presence implements PeopleOnline {
  readonly #database: Database;
  readonly #shows: PeopleOnline["shows"];
  #kinds: Promise<ReadonlySet<string>> | null = null;
  #until = 0;

  /** @param shows whether a widget of this type can be put before a worker */
  constructor(database: Database, shows: PeopleOnline["shows"]) {
    this.#database = database;
    this.#shows = shows;
  }

  shows(type: string, fields: Readonly<Record<string, unknown>>): boolean {
    return this.#shows(type, fields);
  }

  async online(kind: Kind): Promise<boolean> {
    if (this.#kinds === null || this.#until < performance.now()) {
      this.#until = performance.now() + BELIEVED_MS;
      const reading = this.#read();
      reading.catch(() => this.forget());
      this.#kinds = reading;
    }
    return (await this.#kinds).has(kind);
  }

  /** How many workers are online who take items of this kind. Asks the database. */
  async count(kind: string): Promise<number> {
    const [row] = await this.#database.query<Row & { count: number }>(
      "select count(distinct session_id)::int as count from worker_presence where until > now() and $1 = any(kinds)",
      [kind],
    );
    return row?.count ?? 0;
  }

  /** Somebody came or went: look again. */
  forget(): void {
    this.#kinds = null;
  }

  async #read(): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<Row & { kind: string }>(
      "select distinct unnest(kinds) as kind from worker_presence where until > now()",
    );
    return new Set(rows.map(({ kind }) => kind));
  }
}
