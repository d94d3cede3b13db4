import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { migrateJobs } from "../../src/database/jobs.ts";
import { createTestDatabase } from "../support/database.ts";

const { database, connection } = await createTestDatabase();

it("knows the newest migration of the installed graphile-worker", async () => {
  const folder = new URL("../sql/", import.meta.resolve("graphile-worker"));
  const newest = Math.max(...(await readdir(folder)).map((name) => Number(/^\d{6}/.exec(name)?.[0] ?? 0)));
  const [applied] = await database.query<{ newest: number }>(
    "select max(id) as newest from graphile_worker.migrations",
  );
  assert.equal(applied?.newest, newest);
});

it("makes the schema anew, also when several processes do so at once", async () => {
  await database.query("drop schema graphile_worker cascade");
  await Promise.all([1, 2, 3].map(() => migrateJobs(connection, silentLogger)));
  await database.query("select graphile_worker.add_job('nothing')");
});
