import assert from "node:assert/strict";
import { it } from "node:test";
import { announced } from "./announce.ts";
import { silentLogger } from "./logger.ts";

it("names what is waited for after 5, 10 and 20 s, and no longer once it is there", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const said: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => said.push(`${JSON.stringify(fields)} ${message}`),
  };
  const work = Promise.withResolvers<string>();
  const result = announced(logger, "the lock", work.promise);
  t.mock.timers.tick(4_999);
  assert.deepEqual(said, []);
  for (const ms of [1, 5_000, 10_000]) t.mock.timers.tick(ms);
  work.resolve("had");
  assert.equal(await result, "had");
  t.mock.timers.tick(100_000);
  assert.deepEqual(
    said,
    [5, 10, 20].map((seconds) => `{"seconds":${seconds}} still waiting for the lock`),
  );
});
