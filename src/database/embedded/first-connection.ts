import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { codeOf, messageOf, OperatorError } from "../../base/errors.ts";
import { DATABASE_NAME } from "./settings.ts";

/** What pg needs to connect. `host` is the socket directory. */
export interface EmbeddedConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

const MISSING_DATABASE = "3D000";
const TOO_MANY_CONNECTIONS = "53300";
const CANNOT_CONNECT_NOW = "57P03";
const DUPLICATE_DATABASE = "42P04";
/** How long a database that is running may be recovering from the crash of one of its processes. */
const RECOVERY_PATIENCE_MS = 5 * 60_000;

/** Proves that the database answers, and makes our database in it if this is the first time. */
export async function ensureDatabase(connection: EmbeddedConnection, signal: AbortSignal): Promise<void> {
  const end = performance.now() + RECOVERY_PATIENCE_MS;
  for (;;) {
    const problem = await connectOnce(connection);
    if (problem === null || codeOf(problem) === TOO_MANY_CONNECTIONS) return;
    if (codeOf(problem) === MISSING_DATABASE) {
      await createDatabase(connection);
    } else if (codeOf(problem) !== CANNOT_CONNECT_NOW || performance.now() > end) {
      throw new OperatorError(
        `The embedded database runs but cannot be reached at ${connection.host}: ${messageOf(problem)}. ` +
          "If the socket was removed, stop the database process named in cluster/postmaster.pid with SIGINT and start again.",
        { cause: problem },
      );
    }
    await sleep(50, undefined, { signal });
  }
}

async function connectOnce(connection: EmbeddedConnection): Promise<unknown> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connection: EmbeddedConnection): Promise<void> {
  const client = new Client({ ...connection, database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE_NAME}`);
  } catch (error) {
    if (codeOf(error) !== DUPLICATE_DATABASE) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
