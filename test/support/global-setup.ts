import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../src/base/logger.ts";
import { startEmbedded, type EmbeddedServer } from "../../src/database/embedded/start-embedded.ts";
import { migrateJobs } from "../../src/database/jobs.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { CONNECTION_VARIABLE, TEMPLATE } from "./database.ts";

/**
 * Runs once before all test files: one real PostgreSQL for the whole run, with a migrated template database from which
 * each test file makes its own.
 */
let server: EmbeddedServer | null = null;
let dataDir = "";

export async function globalSetup(): Promise<void> {
  dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-test-"));
  server = await startEmbedded({ dataDir, role: "server", logger: silentLogger });
  const { connection } = server;
  const admin = openPool({ connection, logger: silentLogger, size: 1, timeoutMs: 0 });
  await admin.query(`create database ${TEMPLATE}`);
  await admin.close();
  const template = openPool({
    connection: { ...connection, database: TEMPLATE },
    logger: silentLogger,
    size: 1,
    timeoutMs: 0,
  });
  await migrate(template);
  await template.close();
  await migrateJobs({ ...connection, database: TEMPLATE }, silentLogger);
  process.env[CONNECTION_VARIABLE] = JSON.stringify(connection);
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
}
