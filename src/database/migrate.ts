import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { announced } from "../base/announce.ts";
import { OperatorError } from "../base/errors.ts";
import { silentLogger, type Logger } from "../base/logger.ts";
import type { Database, Queryable } from "./database.ts";

/** The same two levels up from `src/database` and from `dist/database`. */
const FOLDER = fileURLToPath(new URL("../../migrations/", import.meta.url));
/** Any constant that no one else uses: the advisory lock under which one process at a time migrates. */
const MIGRATION_LOCK = 4_742_201;

interface Migration {
  readonly version: number;
  readonly name: string;
}

export interface MigrateOptions {
  /** The newest version to apply: for restoring a backup of an older one. */
  readonly upTo?: number | undefined;
  readonly logger?: Logger;
}

/**
 * Brings the database forward to this program's version, each migration in a transaction of its own.
 * @returns the names of the migrations applied now
 * @throws OperatorError when the database was migrated by a newer program
 */
export async function migrate(
  database: Database,
  { upTo = Infinity, logger = silentLogger }: MigrateOptions = {},
): Promise<string[]> {
  const known = await listMigrations();
  const newest = await newestMigration();
  await database.transaction(async (transaction) => {
    await takeLock(transaction, logger);
    await transaction.query(
      `create table if not exists migrations (
         version integer primary key, name text not null, applied_at timestamptz not null default now())`,
    );
  });
  const applied: string[] = [];
  for (const migration of known) {
    if (migration.version > upTo) break;
    const sql = await readFile(join(FOLDER, migration.name), "utf8");
    const done = await database.transaction(async (transaction) => {
      await takeLock(transaction, logger);
      const [row] = await transaction.query<{ newest: number | null }>(
        "select max(version) as newest from migrations",
      );
      const present = row?.newest ?? 0;
      if (present > newest) throw tooNew(present, newest);
      if (present >= migration.version) return false;
      await transaction.query("insert into migrations (version, name) values ($1, $2)", [
        migration.version,
        migration.name,
      ]);
      const what = `${migration.name} to be applied: other sessions may hold the tables that it changes`;
      await announced(logger, what, transaction.query(sql));
      return true;
    });
    if (done) applied.push(migration.name);
  }
  return applied;
}

async function takeLock(transaction: Queryable, logger: Logger): Promise<void> {
  const lock = transaction.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
  await announced(
    logger,
    "the migration lock, which another process that migrates this database holds",
    lock,
  );
}

/** The newest migration that this program knows. */
export async function newestMigration(): Promise<number> {
  return (await listMigrations()).at(-1)?.version ?? 0;
}

function tooNew(present: number, newest: number): OperatorError {
  return new OperatorError(
    `The database is at migration ${present}, but this version of Glyphdesk knows only ${newest}.\n` +
      "It was opened by a newer version, and going back could lose data. Start the newer version, or restore a backup.",
  );
}

async function listMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).toSorted();
  return names.map((name) => ({ name, version: Number(name.slice(0, 4)) }));
}
