import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { codeOf, messageOf, OperatorError } from "../base/errors.ts";
import { quoted, type Manifest } from "./backup.ts";
import type { Database, Queryable, Row } from "./database.ts";

/** Rows are written in statements of about this size. */
const INSERT_CHARACTERS = 1_000_000;

/** By the code of the file system or of zlib. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
  Z_DATA_ERROR: "it is damaged, or another kind of file",
  Z_BUF_ERROR: "it is cut off",
};

/**
 * The first line of a backup.
 * @throws OperatorError when the file is none
 */
export async function readManifest(file: string): Promise<Manifest> {
  for await (const line of linesOf(file)) {
    const manifest = parse(file, line);
    if (!isManifest(manifest)) throw new OperatorError(`${file} is not a backup of Glyphdesk.`);
    if (manifest.format !== 1) {
      throw new OperatorError(`${file} was made by a newer version of Glyphdesk. Restore it with that one.`);
    }
    return manifest;
  }
  throw new OperatorError(`${file} is empty.`);
}

/**
 * Puts a backup's rows into an empty database that is at the backup's migration, all or nothing.
 * @param finish run in the same transaction, after the rows
 * @param onProgress rows written so far
 * @returns rows by table
 * @throws OperatorError when the database is not empty or the file is damaged
 */
export async function restore(
  database: Database,
  file: string,
  manifest: Manifest,
  finish: (transaction: Queryable) => Promise<void>,
  onProgress: (rows: number) => void,
): Promise<Readonly<Record<string, number>>> {
  return database.transaction(async (transaction) => {
    await refuseUsed(transaction, manifest);
    const counts: Record<string, number> = {};
    let table: Table | null = null;
    let portion: string[] = [];
    let size = 0;
    let total = 0;
    let complete = false;
    const flush = async () => {
      if (table !== null && portion.length > 0) {
        await table.insert(portion);
        counts[table.name] = (counts[table.name] ?? 0) + portion.length;
        onProgress((total += portion.length));
      }
      portion = [];
      size = 0;
    };
    let first = true;
    for await (const line of linesOf(file)) {
      if (first) {
        first = false;
      } else if (line.startsWith("{")) {
        portion.push(line);
        size += line.length;
        if (size >= INSERT_CHARACTERS) await flush();
      } else {
        await flush();
        const [mark, value] = parse(file, line) as [string, unknown];
        if (mark === "table") {
          table = await prepareTable(transaction, String(value));
          counts[table.name] = 0;
        } else if (mark === "sequences") await setSequences(transaction, value as Record<string, number>);
        else if (mark === "end") complete = sameCounts(counts, value as Record<string, number>);
      }
    }
    if (!complete) throw new OperatorError(`${file} is cut off or damaged. Nothing was restored.`);
    await finish(transaction);
    return counts;
  });
}

interface Table {
  readonly name: string;
  insert(rows: readonly string[]): Promise<void>;
}

/** Empties it of what the migrations put in, which the backup holds too. */
async function prepareTable(transaction: Queryable, name: string): Promise<Table> {
  const columns = await transaction.query<Row & { name: string }>(
    `select attname as name from pg_attribute where attrelid = to_regclass($1)
     and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [`public.${quoted(name)}`],
  );
  if (columns.length === 0) {
    throw new OperatorError(`The backup has a table "${name}" that this version of Glyphdesk does not know.`);
  }
  const table = quoted(name);
  // Not where there is nothing: the ledger forbids deleting, also of no rows.
  const [row] = await transaction.query(`select from ${table} limit 1`);
  if (row !== undefined) await transaction.query(`delete from ${table}`);
  const list = columns.map((column) => quoted(column.name)).join(", ");
  return {
    name,
    insert: async (rows) => {
      await transaction.query(
        `insert into ${table} (${list}) overriding system value
         select ${list} from json_populate_recordset(null::${table}, $1::json)`,
        [`[${rows.join(",")}]`],
      );
    },
  };
}

async function setSequences(transaction: Queryable, values: Record<string, number>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await transaction.query("select setval(to_regclass($1), $2)", [`public.${quoted(name)}`, value]);
  }
}

function sameCounts(found: Record<string, number>, expected: Record<string, number>): boolean {
  const names = Object.keys(expected);
  return names.length === Object.keys(found).length && names.every((name) => found[name] === expected[name]);
}

async function refuseUsed(transaction: Queryable, { migration }: Manifest): Promise<void> {
  // A server that starts meanwhile would make its first account.
  await transaction.query("lock table accounts in access exclusive mode");
  const [state] = await transaction.query<Row & { accounts: number; newest: number }>(
    `select (select count(*) from accounts) as accounts, (select max(version) from migrations) as newest`,
  );
  const advice =
    "Restore into a new data directory (--data-dir) or a new database, before a server starts on it.";
  if ((state?.accounts ?? 0) > 0) {
    throw new OperatorError(`The database is in use: it has accounts. Nothing was changed.\n${advice}`);
  }
  if (state !== undefined && state.newest < migration) {
    throw new OperatorError(
      `The backup is at migration ${migration}, but this version of Glyphdesk knows only ${state.newest}. Restore it with the version that made it, or a newer one.`,
    );
  }
  if (state?.newest !== migration) {
    throw new OperatorError(
      `The database is at migration ${state?.newest ?? 0}, the backup at ${migration}. Nothing was changed.\n${advice}`,
    );
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const text = createGunzip().setEncoding("utf8");
  // A fault of reading or unzipping comes out of the loop below.
  pipeline(createReadStream(file), text, () => undefined);
  let pieces: string[] = [];
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      let from = 0;
      for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", from)) {
        pieces.push(chunk.slice(from, at));
        yield pieces.join("");
        pieces = [];
        from = at + 1;
      }
      pieces.push(chunk.slice(from));
    }
  } catch (error) {
    // What the reader of the lines throws passes by: a generator only sees faults of its own.
    const why = WHY[codeOf(error)] ?? messageOf(error);
    throw new OperatorError(`${file} cannot be read as a backup: ${why}. Nothing was restored.`);
  }
  if (pieces.some((piece) => piece !== "")) yield pieces.join("");
}

function parse(file: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new OperatorError(`${file} is damaged. Nothing was restored.`);
  }
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === "object" && value !== null && Reflect.get(value, "glyphdesk") === "backup";
}
