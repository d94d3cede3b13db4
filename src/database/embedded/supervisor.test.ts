import assert from "node:assert/strict";
import test from "node:test";
import { silentLogger } from "../../base/logger.ts";
import type { Postmaster } from "./postmaster.ts";
import { restartDelay, Supervisor } from "./supervisor.ts";

const pid = { pid: process.pid, startTime: null };

test("restarts slow down to one in five seconds", () => {
  assert.deepEqual([1, 2, 3, 7, 1000].map(restartDelay), [100, 200, 400, 5_000, 5_000]);
});

test("a postmaster that ends is started again, also after failures, until stop", async () => {
  let starts = 0;
  const { promise: revived, resolve } = Promise.withResolvers<void>();
  const supervisor = new Supervisor(
    { process: pid, exited: Promise.resolve() },
    {
      logger: silentLogger,
      boot: async (): Promise<Postmaster> => {
        starts += 1;
        if (starts < 3) throw new Error("no space");
        resolve();
        return { process: pid, exited: new Promise(() => undefined) };
      },
    },
  );
  await revived;
  await supervisor.stop();
  await supervisor.stop();
  assert.equal(starts, 3);
});
