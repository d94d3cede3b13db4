import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { forwardTo, migrateJobs } from "../../src/database/jobs.ts";
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

it("passes the log of graphile-worker on without the values that errors complain of", async () => {
  const logged: object[] = [];
  const log = forwardTo({ ...silentLogger, warn: (fields) => void logged.push(fields) })();
  const error = await database.query("select 'SECRET'::uuid").catch((reason: unknown) => reason);
  log("error", `Worker exited with error: ${String(error)}`, { error });
  log("error", `Failed to complete jobs '1':\n${String(error)}`, { fatalError: error });
  const said = 'error: invalid input syntax for type uuid: "…"';
  assert.deepEqual(logged, [
    { reason: `Worker exited with error: ${said}` },
    { reason: `Failed to complete jobs '1':\n${said}` },
  ]);
});
