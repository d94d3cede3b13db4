import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import type { Database } from "../../src/database/database.ts";
import { openPool } from "../../src/database/pool.ts";

export const CONNECTION_VARIABLE = "TEST_DATABASE_CONNECTION";
export const TEMPLATE = "template_glyphdesk";

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface TestDatabase {
  readonly database: Database;
  readonly connection: Connection;
  /** For a server process: `postgres://…`. */
  readonly url: string;
}

function sharedServer(): Connection {
  const text = process.env[CONNECTION_VARIABLE];
  assert(text, "run the tests with `npm test`: its global set-up starts the database");
  return JSON.parse(text) as Connection;
}

/** A fresh migrated database, dropped when the test file is done. Call it at the top level of the file, not in a hook. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = sharedServer();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = openPool({ connection: server, logger: silentLogger, size: 1, timeoutMs: 0 });
  await admin.query(`create database ${name} template ${TEMPLATE}`);
  const connection = { ...server, database: name };
  const database = openPool({ connection, logger: silentLogger });
  after(async () => {
    await database.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.close();
  });
  const host = encodeURIComponent(server.host);
  return {
    database,
    connection,
    url: `postgres://${server.user}@localhost:${server.port}/${name}?host=${host}`,
  };
}
