import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { findDelivery } from "../../src/callbacks/deliveries.ts";
import { renderWithId } from "../../src/http/answers.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp } from "../support/app.ts";

const { desk, call } = await createTestApp();
const account = await desk.addAccount("payer", 1_000_000);
const clientKey = account.key;
const lane = "token-expiry";

/** A task that was solved with a token of this lifetime. */
async function solved(lifetimeMs: number | null): Promise<number> {
  const submitted = await desk.submitter.submit(
    account.task({
      lane,
      type: "TurnstileTask",
      image: null,
      price: 1000,
      callbackUrl: "https://caller.example/",
    }),
  );
  assert(submitted.outcome === "accepted");
  const [task] = await claim(desk.database, desk.images, {
    lane,
    limit: 1,
    leasedBy: "a worker",
    leaseMs: 60_000,
  });
  assert(task);
  const settled = await desk.settler.settle({
    key: task.key,
    lease: task.lease,
    to: "solved",
    solver: "people",
    solution: { token: "T" },
    confidence: 1,
    detail: null,
    ...(lifetimeMs !== null && { lifetimeMs }),
  });
  assert.equal(settled, "settled");
  return submitted.id;
}

async function callbackOf(taskId: number): Promise<Record<string, unknown>> {
  const [row] = await desk.database.query<{ id: string }>(
    "select id from callback_deliveries where task_id = $1",
    [taskId],
  );
  const delivery = await findDelivery(desk.database, row?.id ?? "");
  assert(delivery);
  return JSON.parse(renderWithId(delivery.answer, silentLogger)) as Record<string, unknown>;
}

describe("a token", () => {
  it("is delivered while it lives, and one without a lifetime for as long as it is kept", async () => {
    for (const lifetimeMs of [60_000, null]) {
      const taskId = await solved(lifetimeMs);
      assert.deepEqual((await call("getTaskResult", { clientKey, taskId }))["solution"], { token: "T" });
      assert.deepEqual((await callbackOf(taskId))["solution"], { token: "T" });
    }
  });

  it("is not delivered once it has expired, neither when asked for nor by callback, and stays paid", async () => {
    const taskId = await solved(-1);
    const before = (await call("getBalance", { clientKey }))["balance"];
    for (const answer of [await call("getTaskResult", { clientKey, taskId }), await callbackOf(taskId)]) {
      assert.equal(answer["errorCode"], "ERROR_TOKEN_EXPIRED");
      assert.match(String(answer["errorDescription"]), /has expired since/);
      assert.equal(answer["solution"], undefined);
    }
    assert.equal((await call("getBalance", { clientKey }))["balance"], before);
  });

  it("expires by the database's clock, however wrong this machine's is", async () => {
    const now = Date.now();
    for (const [skew, lifetimeMs, code] of [
      [-3_600_000, -1, "ERROR_TOKEN_EXPIRED"],
      [3_600_000, 60_000, undefined],
    ] as const) {
      const taskId = await solved(lifetimeMs);
      const clock = mock.method(Date, "now", () => now + skew);
      try {
        for (const answer of [await call("getTaskResult", { clientKey, taskId }), await callbackOf(taskId)])
          assert.equal(answer["errorCode"], code);
      } finally {
        clock.mock.restore();
      }
    }
  });
});
