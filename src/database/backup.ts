import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Database, Queryable, Row } from "./database.ts";
import { NewFile } from "./new-file.ts";

/**
 * A backup is one gzip file of JSON lines: the manifest; then for each table `["table", NAME]` and its rows as objects;
 * then `["sequences", {…}]` and `["end", {rows by table}]`. By name and in text, so that it does not depend on the
 * PostgreSQL, its version or the machine. Tables stand after those that they refer to.
 */
export interface Manifest {
  readonly glyphdesk: "backup";
  readonly format: 1;
  /** Newest migration of the database it was made from. */
  readonly migration: number;
  readonly made: string;
}

/** Aim for what is fetched at once; a single row may be larger. */
const FETCH_CHARACTERS = 4_000_000;
/** Rows fetched at once at most: small ones say nothing of the next, which may have pictures of megabytes. */
const FETCH_ROWS = 100;
/** Length from which a text is passed on: one string cannot hold every portion of large rows. */
const TEXT_CHARACTERS = 1_000_000;

// Reads the catalogue only.
const TABLES = `
  select c.relname as name, pg_table_size(c.oid)::bigint as bytes,
    array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'migrations' order by c.relname`;

interface Table extends Row {
  readonly name: string;
  readonly bytes: number;
  readonly needs: readonly string[];
}

export interface BackedUp {
  readonly migration: number;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Writes everything that the database held at one moment to a new file, which appears only when it is complete and on
 * disk. The desk goes on working meanwhile.
 * @param onProgress bytes read and, roughly, bytes to read
 * @throws OperatorError when the file exists or cannot be written
 */
export async function backUp(
  database: Database,
  file: string,
  onProgress: (done: number, total: number) => void,
): Promise<BackedUp> {
  const draft = await NewFile.begin(file);
  try {
    const summary: { migration: number; rows: Record<string, number> } = { migration: 0, rows: {} };
    await database.transaction(async (snapshot) => {
      await snapshot.query("set transaction isolation level repeatable read, read only");
      const lines = Readable.from(dump(snapshot, summary, onProgress));
      await pipeline(lines, createGzip({ level: 1 }), (pieces) => draft.write(pieces));
    });
    return { ...summary, bytes: await draft.finish() };
  } catch (error) {
    throw await draft.giveUp(error);
  }
}

/** The lines of the file, in texts of one or more. */
export async function* dump(
  snapshot: Queryable,
  summary: { migration: number; rows: Record<string, number> },
  onProgress: (done: number, total: number) => void,
): AsyncGenerator<string> {
  const [newest] = await snapshot.query<Row & { version: number }>(
    "select max(version) as version from migrations",
  );
  summary.migration = newest?.version ?? 0;
  const manifest: Manifest = {
    glyphdesk: "backup",
    format: 1,
    migration: summary.migration,
    made: new Date().toISOString(),
  };
  yield `${JSON.stringify(manifest)}\n`;
  const tables = inOrder(await snapshot.query<Table>(TABLES));
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 1);
  let done = 0;
  for (const { name } of tables) {
    let text = `${JSON.stringify(["table", name])}\n`;
    summary.rows[name] = 0;
    for await (const row of rowsOf(snapshot, name)) {
      summary.rows[name] += 1;
      text += `${row}\n`;
      done += row.length;
      if (text.length < TEXT_CHARACTERS) continue;
      onProgress(Math.min(done, total), total);
      yield text;
      text = "";
    }
    yield text;
  }
  // Sequences stand outside of snapshots: read after the rows, no value of theirs is behind one.
  const sequences = await snapshot.query<Row & { name: string; value: number }>(
    `select sequencename as name, last_value as value from pg_sequences
     where schemaname = 'public' and last_value is not null`,
  );
  yield `${JSON.stringify(["sequences", Object.fromEntries(sequences.map(({ name, value }) => [name, value]))])}\n`;
  yield `${JSON.stringify(["end", summary.rows])}\n`;
}

/** The rows as JSON texts, fetched in portions. */
async function* rowsOf(snapshot: Queryable, table: string): AsyncGenerator<string> {
  await snapshot.query(
    `declare portion no scroll cursor for select row_to_json(t)::text as row from ${quoted(table)} t`,
  );
  for (let count = 10; ;) {
    const rows = await snapshot.query<Row & { row: string }>(`fetch ${count} from portion`);
    for (const { row } of rows) yield row;
    if (rows.length < count) break;
    const largest = Math.max(...rows.map(({ row }) => row.length));
    count = Math.max(1, Math.min(FETCH_ROWS, Math.floor(FETCH_CHARACTERS / largest)));
  }
  await snapshot.query("close portion");
}

/** Each table after those that it refers to. */
function inOrder(tables: readonly Table[]): Table[] {
  const sorted: Table[] = [];
  const names = new Set<string>();
  while (sorted.length < tables.length) {
    const next = tables.filter(
      ({ name, needs }) => !names.has(name) && needs.every((need) => names.has(need)),
    );
    if (next.length === 0) throw new Error("tables refer to each other in a circle");
    for (const table of next) names.add(table.name);
    sorted.push(...next);
  }
  return sorted;
}

/** An identifier for use in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
