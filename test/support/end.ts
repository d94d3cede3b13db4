import assert from "node:assert/strict";
import { claim } from "../../src/tasks/claim.ts";
import type { TestDesk } from "./desk.ts";

/** Claims the oldest task of a lane and ends it. @returns its row key */
export async function endOldest(
  { database, images, settler }: TestDesk,
  to: "solved" | "failed",
  lane = "machine",
): Promise<number> {
  const [task] = await claim(database, images, { lane, limit: 1, leasedBy: "test", leaseMs: 60_000 });
  assert(task, "there is a task to end");
  const { key, lease } = task;
  const common = { key, lease, solver: "test", detail: null };
  const settled = await settler.settle(
    to === "solved"
      ? { ...common, to, solution: { text: "abc" }, confidence: 1 }
      : { ...common, to, errorCode: "ERROR_CAPTCHA_UNSOLVABLE", errorDescription: "Nobody could read it." },
  );
  assert.equal(settled, "settled");
  return key;
}
