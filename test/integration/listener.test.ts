import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
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
