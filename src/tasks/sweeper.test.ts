import assert from "node:assert/strict";
import { it } from "node:test";
import { silentLogger } from "../base/logger.ts";
import type { Database, Row, Statement } from "../database/database.ts";
import { DELETE, EXPIRE, REQUEUE } from "./sweep.ts";
import { Sweeper } from "./sweeper.ts";

it("a long retention holds up neither leases and deadlines nor the end", async () => {
  const statements: string[] = [];
  const third = Promise.withResolvers<void>();
  const query: Database["query"] = <Result extends Row>(statement: Statement | string) => {
    statements.push(typeof statement === "string" ? statement : statement.name);
    const portions = statements.filter((each) => each === DELETE.name).length;
    if (portions === 3) third.resolve();
    const more = statement === DELETE && portions < 20;
    return Promise.resolve(Array.from({ length: more ? 500 : 0 }, () => ({}) as Result));
  };
  const sweeper = new Sweeper({
    database: { query } as Database,
    keepSeconds: 600,
    logger: silentLogger,
    onSwept: () => undefined,
  });
  await third.promise;
  await sweeper.stop();
  assert.deepEqual(
    statements,
    Array.from({ length: 3 }, () => [REQUEUE.name, EXPIRE.name, DELETE.name]).flat(),
  );
});
