import type { Database, Row } from "../database/database.ts";
import type { PeopleOnline } from "../tasks/admit.ts";
import { languageOf, speaks } from "./hints.ts";
import type { Kind } from "../protocol/workspace.ts";

/** How long what is known of who is online is believed. */
const BELIEVED_MS = 1_000;

interface Present extends Row {
  readonly worker: number;
  readonly kinds: readonly string[];
  readonly languages: readonly string[];
}

/**
 * Answers from memory who is online, in any process. Everybody's streams stand in one small table, which is read at
 * most once a second, and again whenever somebody comes or goes.
 */
export class Presence implements PeopleOnline {
  readonly #database: Database;
  readonly #shows: PeopleOnline["shows"];
  #workers: Promise<readonly Present[]> | null = null;
  #until = 0;

  /** @param shows whether a widget of this type can be put before a worker */
  constructor(database: Database, shows: PeopleOnline["shows"]) {
    this.#database = database;
    this.#shows = shows;
  }

  shows(type: string, fields: Readonly<Record<string, unknown>>): boolean {
    return this.#shows(type, fields);
  }

  async missing(
    kind: Kind,
    fields: Readonly<Record<string, unknown>>,
    but: readonly number[] = [],
  ): Promise<string | null> {
    if (this.#workers === null || this.#until < performance.now()) {
      this.#until = performance.now() + BELIEVED_MS;
      const reading = this.#read();
      reading.catch(() => this.forget());
      this.#workers = reading;
    }
    const taking = (await this.#workers).filter(
      ({ worker, kinds }) => kinds.includes(kind) && !but.includes(worker),
    );
    if (taking.length === 0) return `no ${but.length > 0 ? "other " : ""}worker is online who takes it`;
    const language = languageOf(fields);
    const known = ({ languages }: Present) =>
      language === null || languages.length === 0 || languages.some((code) => speaks(code, language));
    return taking.some(known) ? null : `none of the workers who are online knows its language, ${language}`;
  }

  /** How many workers are online who take items of this kind. Asks the database. */
  async count(kind: string): Promise<number> {
    const [row] = await this.#database.query<Row & { count: number }>(
      `select count(distinct s.worker_id)::int as count from worker_presence p
       join worker_sessions s on s.id = p.session_id where p.until > now() and $1 = any(p.kinds)`,
      [kind],
    );
    return row?.count ?? 0;
  }

  /** Somebody came or went: look again. */
  forget(): void {
    this.#workers = null;
  }

  /** Plan: a scan of the small presence table, a primary key probe of session and worker for each row. */
  async #read(): Promise<readonly Present[]> {
    return this.#database.query<Present>(
      `select distinct s.worker_id as worker, p.kinds, w.languages from worker_presence p
       join worker_sessions s on s.id = p.session_id join workers w on w.id = s.worker_id where p.until > now()`,
    );
  }
}
