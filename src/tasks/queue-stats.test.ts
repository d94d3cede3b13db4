import assert from "node:assert/strict";
import { it } from "node:test";
import type { Database, Row } from "../database/database.ts";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { QueueStats } from "./queue-stats.ts";

it("a question that failed is asked anew, an answer is remembered", async () => {
  let asked = 0;
  let away = true;
  const query: Database["query"] = <Result extends Row>() => {
    asked += 1;
    return away
      ? Promise.reject(new Error("gone"))
      : Promise.resolve([{ lane: "machine", queued: 7 }] as never as Result[]);
  };
  const stats = new QueueStats({ query } as Database, () => 3);
  const types = TASK_TYPES.slice(0, 1);
  await assert.rejects(stats.queued(), /gone/);
  await assert.rejects(stats.of(types), /gone/);
  away = false;
  assert.equal((await stats.queued()).get("machine"), 7);
  assert.equal((await stats.of(types)).queued, 7);
  const before = asked;
  await Promise.all([stats.queued(), stats.of(types)]);
  assert.equal(asked, before);
});
