import assert from "node:assert/strict";
import { after } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { silentLogger } from "../../src/base/logger.ts";
import { AddressGuard } from "../../src/outbound/address-guard.ts";
import { Deliverer } from "../../src/callbacks/deliverer.ts";
import { listDeliveries, type ListedDelivery } from "../../src/callbacks/deliveries.ts";
import { parseRanges } from "../../src/config/ranges.ts";
import { callbackPayload } from "../../src/http/callback-payload.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestDesk, type TestAccount, type TestDesk } from "./desk.ts";

/** The engine with callbacks to this machine allowed. */
export interface CallbackDesk extends TestDesk {
  readonly payer: TestAccount;
  /** Starts delivering; stopped when the test file is done at the latest. */
  startDeliverer(allow?: string): Deliverer;
  /** Creates tasks and ends them at once. @returns their taskIds */
  end(to: "solved" | "failed", url: string | undefined, count?: number): Promise<number[]>;
  /** Lets the retries that wait for their time run now. */
  retryNow(): Promise<void>;
  /** The deliveries, oldest first. */
  deliveries(): Promise<ListedDelivery[]>;
}

/** Waits until `look` answers something; fails after 15 s. */
export async function until<Result>(
  what: string,
  look: () => Promise<Result | null | false>,
): Promise<Result> {
  const end = performance.now() + 15_000;
  for (;;) {
    const result = await look();
    if (result !== null && result !== false) return result;
    assert(performance.now() < end, `waited in vain: ${what}`);
    await delay(20);
  }
}

/** Call it at the top level of a test file. */
export async function createCallbackDesk(): Promise<CallbackDesk> {
  const desk = await createTestDesk();
  const { database } = desk;
  const payer = await desk.addAccount("payer", 1_000_000);
  const deliverers: Deliverer[] = [];
  after(() => Promise.all(deliverers.map((one) => one.stop())));
  return {
    ...desk,
    payer,
    startDeliverer(allow = "127.0.0.0/8") {
      const deliverer = new Deliverer({
        ...desk,
        guard: new AddressGuard(parseRanges(allow)),
        logger: silentLogger,
        alone: true,
        render: (task, url) => callbackPayload(task, url, silentLogger),
      });
      deliverers.push(deliverer);
      return deliverer;
    },
    async end(to, url, count = 1) {
      const tasks = Array.from({ length: count }, () => payer.task({ callbackUrl: url }));
      const submitted = await Promise.all(tasks.map((task) => desk.submitter.submit(task)));
      await endAll(desk, to);
      return submitted.map((one) => {
        assert(one.outcome === "accepted");
        return one.id;
      });
    },
    async retryNow() {
      await until("the try is put off", async () => {
        const due = await database.query(
          "update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null returning id",
        );
        return due.length > 0;
      });
      await database.query(`select pg_notify('jobs:insert', '{"count":16}')`);
    },
    deliveries: async () => (await listDeliveries(database, { failing: false, limit: 1_000 })).toReversed(),
  };
}

async function endAll(desk: TestDesk, to: "solved" | "failed"): Promise<void> {
  const request = { lane: "machine", limit: 1_000, leasedBy: "test", leaseMs: 60_000 };
  const claimed = await claim(desk.database, desk.images, request);
  const ends = claimed.map(({ key, lease }) =>
    desk.settler.settle(
      to === "solved"
        ? { key, lease, to, solver: "test", solution: { text: "abc" }, confidence: 1, detail: null }
        : {
            key,
            lease,
            to,
            solver: "test",
            errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
            errorDescription: "Nobody could read it.",
            detail: null,
          },
    ),
  );
  for (const settled of await Promise.all(ends)) assert.equal(settled, "settled");
}
