import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it, mock } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { openJobsPool } from "../../src/database/jobs.ts";
import { openPool } from "../../src/database/pool.ts";
import { createTestDatabase } from "../support/database.ts";

const { connection } = await createTestDatabase();

describe("a notification that nobody can read", () => {
  it("is logged, and the next one is heard", async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
    const database = openPool({ connection, logger });
    const listening = Promise.withResolvers<void>();
    const told = Promise.withResolvers<unknown>();
    database.listen("news", (payload) => {
      if (payload === "") listening.resolve();
      else told.resolve(JSON.parse(payload));
    });
    try {
      await listening.promise;
      await database.query("notify news, 'x'");
      await database.query(`notify news, '{"news":1}'`);
      assert.deepEqual(await told.promise, { news: 1 });
      assert.deepEqual(warnings, ["a notification could not be read; it is ignored"]);
    } finally {
      await database.close();
    }
  });
});

describe("every connection", () => {
  it("is probed while it is silent", async () => {
    const probed = mock.method(Socket.prototype, "setKeepAlive");
    const database = openPool({ connection, logger: silentLogger });
    const jobs = openJobsPool(connection, silentLogger);
    try {
      const listening = Promise.withResolvers<void>();
      database.listen("news", () => listening.resolve());
      await listening.promise;
      await Promise.all([database.query("select"), database.relaxed.query("select"), jobs.query("select")]);
      assert.deepEqual(
        probed.mock.calls.map(({ arguments: given }) => given),
        Array.from({ length: 4 }, () => [true, 60_000]),
      );
    } finally {
      probed.mock.restore();
      await Promise.all([database.close(), jobs.end()]);
    }
  });
});
