import assert from "node:assert/strict";
import { it } from "node:test";
import { migrate } from "../../src/database/migrate.ts";
import { createTestDatabase } from "../support/database.ts";

const { database } = await createTestDatabase();

it("applies each migration once, also when several processes start at the same time", async () => {
  const [before] = await database.query<{ count: number }>("select count(*) as count from migrations");
  assert((before?.count ?? 0) >= 2);
  assert.deepEqual(await Promise.all([migrate(database), migrate(database), migrate(database)]), [
    [],
    [],
    [],
  ]);
});

it("refuses a database that a newer version has migrated, and changes nothing", async () => {
  await database.query("insert into migrations (version, name) values (9999, '9999-from-the-future.sql')");
  await assert.rejects(migrate(database), /at migration 9999.*newer version/s);
  await database.query("delete from migrations where version = 9999");
  assert.deepEqual(await migrate(database), []);
});
