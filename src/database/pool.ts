import {
  Pool,
  types as defaultTypes,
  type ClientBase,
  type CustomTypesConfig,
  type PoolClient,
  type PoolConfig,
} from "pg";
import type { Logger } from "../base/logger.ts";
import type { Database, Queryable, Row, Statement } from "./database.ts";
import { Listener } from "./listener.ts";
import { sessionWith, type Connection } from "./session.ts";

/** Answers slower than this are given up: clients wait 15 to 30 s in all. */
const QUERY_TIMEOUT_MS = 8_000;
/** The batch statements are planned once: planning them costs more than running them. */
const OPTIONS = "-c plan_cache_mode=force_generic_plan -c timezone=UTC";

/** Values beyond 2^53 would lose digits; no column holds such: money is bounded at 9 billion dollars. */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === defaultTypes.builtins.INT8 ? Number : defaultTypes.getTypeParser(oid, format),
};

export interface PoolOptions {
  readonly connection: Connection;
  readonly logger: Logger;
  /** Connections at most; 8 unless told. */
  readonly size?: number;
  /** Milliseconds after which a statement is given up; 0 for never (migrations). 8 s unless told. */
  readonly timeoutMs?: number;
  /** Its abort breaks every connection, so that statements under way reject; what they began is rolled back. */
  readonly signal?: AbortSignal;
}

/** A pool on one PostgreSQL. Connections are made when needed and made again after a fault. */
export function openPool(options: PoolOptions): Database {
  const { logger, timeoutMs = QUERY_TIMEOUT_MS } = options;
  const settings = {
    ...sessionWith(options.connection, OPTIONS),
    application_name: "glyphdesk",
    statement_timeout: timeoutMs,
    // For a database that does not answer at all, its own time-out included.
    query_timeout: timeoutMs === 0 ? 0 : timeoutMs + 500,
    connectionTimeoutMillis: QUERY_TIMEOUT_MS,
    types,
  } satisfies PoolConfig;
  const open = (max: number, extra = "") => {
    const session = sessionWith(options.connection, OPTIONS + extra);
    const pool = new Pool({ ...settings, ...session, max, idleTimeoutMillis: 60_000 });
    // A database that stops right after the pool breaks what the pool is closing: that is no trouble.
    pool.on("error", (error) => {
      if (!pool.ending) logger.warn({ err: error }, "an idle database connection broke");
    });
    // One that is lent out emits its own when it breaks between two statements; unhandled, that ends the process. The
    // next statement on it rejects, which is all that its borrower needs.
    pool.on("connect", (client) => {
      client.on("error", (error) => logger.debug({ err: error }, "a database connection broke"));
      if (options.signal) endOnAbort(client, options.signal);
    });
    return pool;
  };
  const pool = open(options.size ?? 8);
  const relaxed = open(Math.min(options.size ?? 4, 4), " -c synchronous_commit=off");
  const listener = new Listener(settings, logger);
  let closed: Promise<void> | null = null;

  return {
    query: (statement, values) => run(pool, statement, values),
    relaxed: queryable(relaxed),
    listen: (channel, notify) => listener.add(channel, notify),
    async transaction(work) {
      const client = await pool.connect();
      let failure: unknown;
      try {
        await client.query("begin");
        const result = await work(queryable(client));
        await client.query("commit");
        return result;
      } catch (error) {
        failure = error;
        await client.query("rollback").catch(() => undefined);
        throw error;
      } finally {
        // A connection whose transaction failed is not reused: its state is not known.
        client.release(failure !== undefined);
      }
    },
    close: () =>
      (closed ??= listener.close().then(async () => void (await Promise.all([pool.end(), relaxed.end()])))),
  };
}

/** Breaks the connection at the abort, in the middle of a statement too. */
export function endOnAbort(client: PoolClient, signal: AbortSignal): void {
  const end = () => void client.end();
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  client.once("end", () => signal.removeEventListener("abort", end));
}

function queryable(target: Pool | ClientBase): Queryable {
  return { query: (statement, values) => run(target, statement, values) };
}

async function run<Result extends Row>(
  target: Pool | ClientBase,
  statement: Statement | string,
  values: readonly unknown[] = [],
): Promise<Result[]> {
  const query = typeof statement === "string" ? { text: statement } : statement;
  const result = await target.query<Result>({ ...query, values: [...values] });
  return result.rows;
}
