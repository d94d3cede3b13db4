import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Database } from "../../src/database/database.ts";
import { LaneHints, TASKS_CHANNEL } from "../../src/tasks/hints.ts";
import { createTestDatabase } from "../support/database.ts";

const { database } = await createTestDatabase();

/** What another process hears; resolves `listening` once it can hear anything. */
const heard = new Map<string, PromiseWithResolvers<void>>();
const listening = Promise.withResolvers<void>();
database.listen(TASKS_CHANNEL, (lane) => {
  if (lane === "") listening.resolve();
  else heard.get(lane)?.resolve();
});
await listening.promise;

function hear(lane: string): Promise<void> {
  const told = Promise.withResolvers<void>();
  heard.set(lane, told);
  return told.promise;
}

/** Hints whose statements are kept; the first so many fail. */
function hintsOf(failures: number) {
  const statements: unknown[] = [];
  const relaxed: Database["relaxed"] = {
    query: (statement, values) => {
      statements.push(values?.[0]);
      if (statements.length <= failures) return Promise.reject(new Error("gone"));
      return database.relaxed.query(statement, values);
    },
  };
  return { hints: new LaneHints({ relaxed }), statements };
}

describe("the lanes of new tasks", () => {
  it("are told to other processes: the first at once, a burst of others together", async () => {
    const { hints, statements } = hintsOf(0);
    const told = [hear("first"), hear("second"), hear("third")];
    hints.tell("first");
    for (let count = 0; count < 50; count += 1) {
      hints.tell("second");
      hints.tell("third");
    }
    await Promise.all(told);
    assert.deepEqual(statements, [["first"], ["second", "third"]]);
  });

  it("are told after a statement that failed", async () => {
    const { hints, statements } = hintsOf(1);
    const told = hear("next");
    hints.tell("lost");
    hints.tell("next");
    await told;
    assert.deepEqual(statements, [["lost"], ["next"]]);
  });
});
