import { Pool } from "pg";
import { loggedReason, type Logger } from "../base/logger.ts";
import { endOnAbort } from "./pool.ts";
import { sessionWith, type Connection } from "./session.ts";

/** Where graphile-worker keeps its tables: the schema that its SQL interface is documented under. */
export const JOBS_SCHEMA = "graphile_worker";

/** The newest migration of the graphile-worker that is installed; checked by test/integration/jobs.test.ts. */
const NEWEST = 20;

/**
 * Brings graphile-worker's own schema to the installed version. Any number of processes may do so at once.
 * The library is loaded only when there is something to do: that costs a command 70 ms.
 */
export async function migrateJobs(
  connection: Connection,
  logger: Logger,
  signal?: AbortSignal,
): Promise<void> {
  const pool = openJobsPool(connection, logger, { size: 1, timeoutMs: 0 });
  if (signal) pool.on("connect", (client) => endOnAbort(client, signal));
  try {
    if ((await newestApplied(pool)) === NEWEST) return;
    const { Logger: GraphileLogger, runMigrations } = await import("graphile-worker");
    await runMigrations({ pgPool: pool, schema: JOBS_SCHEMA, logger: new GraphileLogger(forwardTo(logger)) });
  } finally {
    await pool.end();
  }
}

async function newestApplied(pool: Pool): Promise<number> {
  const present = await pool.query<{ table: string | null }>("select to_regclass($1)::text as table", [
    `${JOBS_SCHEMA}.migrations`,
  ]);
  if (present.rows[0]?.table == null) return 0;
  const applied = await pool.query<{ newest: number | null }>(
    `select max(id) as newest from ${JOBS_SCHEMA}.migrations`,
  );
  return applied.rows[0]?.newest ?? 0;
}

/** Connections for graphile-worker, which wants a pool of its own: one listens for ever, the others work. */
export function openJobsPool(
  connection: Connection,
  logger: Logger,
  { size = 4, timeoutMs = 8_000 }: { readonly size?: number; readonly timeoutMs?: number } = {},
): Pool {
  const pool = new Pool({
    ...sessionWith(connection, "-c timezone=UTC"),
    application_name: "glyphdesk-jobs",
    max: size,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 8_000,
    statement_timeout: timeoutMs,
  });
  // Without these two handlers a restart of the database ends the process: a client that is lent out emits its own.
  const onError = (error: Error) => {
    if (!pool.ending) logger.warn({ err: error }, "a connection of the job queue broke");
  };
  pool.on("error", onError);
  pool.on("connect", (client) => void client.on("error", onError));
  return pool;
}

type LogLine = (level: string, message: string, meta?: Readonly<Record<string, unknown>>) => void;

/**
 * Passes graphile-worker's log on. A failed try is no fault of ours and stands in the delivery log; everything else it
 * calls an error it recovers from, or its runner is started again.
 */
export function forwardTo(logger: Logger): () => LogLine {
  return () => (level, message, meta) => {
    // Its messages repeat that of the error.
    const error = meta?.["error"] ?? meta?.["fatalError"];
    const reason =
      error instanceof Error ? message.replaceAll(error.message, () => loggedReason(error)) : message;
    // The pool is smaller than the concurrency on purpose: most of a delivery's time is spent without the database.
    const expected = meta?.["failure"] === true || meta?.["concurrency"] !== undefined;
    const serious = (level === "error" || level === "warning") && !expected;
    if (serious) logger.warn({ reason }, "the job queue reports trouble");
    else logger.debug({ reason }, "the job queue reports");
  };
}
