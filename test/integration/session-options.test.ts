import assert from "node:assert/strict";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import type { Queryable, Row } from "../../src/database/database.ts";
import { openJobsPool } from "../../src/database/jobs.ts";
import { openPool } from "../../src/database/pool.ts";
import { sessionWith } from "../../src/database/session.ts";
import { createTestDatabase } from "../support/database.ts";

const { url } = await createTestDatabase();

it("the operator's session options are kept, and the desk's own have the last word", async () => {
  const own = "-c work_mem=5MB -c timezone=America/New_York -c plan_cache_mode=auto -c synchronous_commit=on";
  const connection = `${url}&options=${encodeURIComponent(own)}&keepalives=1`;
  const shown = async (database: Queryable, name: string) => {
    const [row] = await database.query<Row & { value: string }>(`select current_setting($1) as value`, [
      name,
    ]);
    return row?.value;
  };
  const database = openPool({ connection, logger: silentLogger });
  try {
    for (const pool of [database, database.relaxed]) {
      assert.equal(await shown(pool, "work_mem"), "5MB");
      assert.equal(await shown(pool, "timezone"), "UTC");
      assert.equal(await shown(pool, "plan_cache_mode"), "force_generic_plan");
    }
    assert.equal(await shown(database, "synchronous_commit"), "on");
    assert.equal(await shown(database.relaxed, "synchronous_commit"), "off");
  } finally {
    await database.close();
  }
  const jobs = openJobsPool(connection, silentLogger);
  try {
    const { rows } = await jobs.query(
      "select current_setting('timezone') as zone, current_setting('work_mem') as memory",
    );
    assert.deepEqual(rows, [{ zone: "UTC", memory: "5MB" }]);
  } finally {
    await jobs.end();
  }
});

it("nothing else of a connection string is touched", () => {
  const ours = "-c timezone=UTC";
  for (const [given, made] of [
    ["postgres://u@/db?host=%2Ftmp", "postgres://u@/db?host=%2Ftmp"],
    ["postgres://u:p&options=x@h/db", "postgres://u:p&options=x@h/db"],
    ["postgres://h/db?my_options=x", "postgres://h/db?my_options=x"],
    ["postgres://h/db?options=", "postgres://h/db?options=+-c+timezone=UTC"],
    [
      "postgres://h/db?a=%2F&options=-c%20b=1&c=d",
      "postgres://h/db?a=%2F&options=-c%20b=1+-c+timezone=UTC&c=d",
    ],
  ] as const) {
    assert.partialDeepStrictEqual(sessionWith(given, ours), { connectionString: made, options: ours });
  }
});
