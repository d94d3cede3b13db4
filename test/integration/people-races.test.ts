import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { PeopleDesk } from "../../src/people/desk.ts";
import { createWidgetDesk } from "../../src/people/widget-desk.ts";
import { WidgetTickets } from "../../src/widgets/tickets.ts";
import { peopleLane } from "../../src/protocol/lanes.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { endAllLeases, sweep } from "../../src/tasks/sweep.ts";
import type { Item } from "../../src/protocol/workspace.ts";
import { createPeopleStage } from "../support/people-stage.ts";
import { startWorkspace } from "../support/workspace.ts";

const { desk, caller, grid, withWorkers } = await createPeopleStage();
const { database } = desk;
const { result, books } = caller;
const payer = await desk.addAccount("payer", 1_000_000);
const PRICE = 500;

let asked = 0;
async function create(): Promise<{ readonly id: number; readonly question: string }> {
  const question = `Question ${(asked += 1)}?`;
  return { id: await caller.create(grid(question)), question };
}

const questionOf = (item: Item) => "instruction" in item.ask && item.ask.instruction;
const yes = { cells: [true] };

describe("a claim", () => {
  it("gives every item to one worker, however many reach for it at once", async () => {
    await withWorkers(4, async (workers) => {
      await Promise.all([create(), create(), create()]);
      const items = await Promise.all(workers.map((worker) => worker.claim()));
      const given = items.filter((item) => item !== null);
      assert.equal(new Set(given.map(questionOf)).size, 3);
      assert.equal(given.length, 3);
    });
  });

  it("gives a page that was loaded anew what it had, and two tabs the same", async () => {
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      await create();
      await create();
      const item = await worker.take();
      const again = await Promise.all([worker.take(), worker.take()]);
      assert.deepEqual(
        again.map(({ lease }) => lease),
        [item.lease, item.lease],
      );
    });
  });
});

describe("an item claimed ahead", () => {
  it("starts its clock when it is shown, and is answered like any other", async () => {
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const [first, second] = [await create(), await create()];
      await worker.answer(await worker.take(), yes);
      const ahead = await worker.claim(true);
      assert(ahead);
      assert.equal(questionOf(ahead), second.question);
      assert.equal((await worker.claim(true))?.lease, ahead.lease, "one at most");
      const shown = (await worker.post(`items/${ahead.lease}/show`)) as { leaseMs: number };
      assert(shown.leaseMs > ahead.leaseMs);
      await worker.answer(ahead, yes);
      assert.equal((await result(first.id))["status"], "ready");
      assert.equal((await result(second.id))["status"], "ready");
    });
  });

  it("is never taken before a widget that is next", async () => {
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const lane = peopleLane("widget");
      const fields = { websiteKey: "key" };
      await desk.submitter.submit(
        payer.task({ type: "TurnstileTask", fields, lane, image: null, price: 1000 }),
      );
      const { question } = await create();
      assert.equal(await worker.claim(true), null);
      await database.query("update tasks set deadline_at = now() where lane = $1", [lane]);
      const ahead = await worker.claim(true);
      assert(ahead);
      assert.equal(questionOf(ahead), question);
    });
  });

  it("is pulled back for somebody who is free, and its first holder is told", async () => {
    await withWorkers(2, async ([busy, free], [told, waiting]) => {
      assert(busy && free && told && waiting);
      await create();
      await waiting.next("waiting");
      const working = await busy.take();
      const { question } = await create();
      const ahead = await busy.claim(true);
      assert(ahead);
      assert.equal(questionOf(ahead), question);
      const pulled = await free.take();
      assert.equal(questionOf(pulled), question);
      assert.deepEqual(await told.next("lost"), { lease: ahead.lease, reason: "pulled-back" });
      assert.equal((await busy.call("POST", `items/${ahead.lease}/show`)).status, 410);
      await busy.answer(working, yes);
      await free.answer(pulled, yes);
    });
  });

  it("goes to one of the two when it is shown and pulled back in the same moment", async () => {
    for (let round = 0; round < 10; round += 1) {
      await withWorkers(2, async ([busy, free]) => {
        assert(busy && free);
        await create();
        const working = await busy.take();
        await create();
        const ahead = await busy.claim(true);
        assert(ahead);
        const [shown, pulled] = await Promise.all([
          busy.call("POST", `items/${ahead.lease}/show`),
          free.claim(),
        ]);
        assert.equal(shown.status === 200, pulled === null, `${shown.status}`);
        await busy.answer(working, yes);
      });
    }
  });
});

describe("a skipped item", () => {
  it("goes to others, never to the same worker again, and ends after three", async () => {
    const before = await books();
    await withWorkers(3, async (workers) => {
      const { id } = await create();
      for (const [n, worker] of workers.entries()) {
        const item = await worker.take();
        await worker.post(`items/${item.lease}/skip`);
        assert.equal(await worker.claim(), null);
        assert.equal((await result(id))["status"], n < 2 ? "processing" : undefined);
      }
      assert.match(String((await result(id))["errorDescription"]), /3 people could not answer it/);
    });
    assert.deepEqual(await books(), before);
  });

  it("loses against the end of its lease without a trace", async () => {
    await withWorkers(2, async ([slow, other]) => {
      assert(slow && other);
      const { id } = await create();
      const item = await slow.take();
      await database.query("update tasks set leased_until = now() where id = $1", [id]);
      await Promise.all([slow.post(`items/${item.lease}/skip`), sweep(database, 600)]);
      const again = await other.take();
      assert.equal(questionOf(again), questionOf(item));
      await other.answer(again, yes);
      assert.deepEqual((await result(id))["solution"], { answer: [true] });
    });
  });
});

describe("a lease that is over", () => {
  it("sends the item back with its deadline kept; the late answer is an example and nothing else", async () => {
    const before = await books();
    await withWorkers(2, async ([laptop, other], [told]) => {
      assert(laptop && other && told);
      const { id } = await create();
      const item = await laptop.take();
      const [task] = await database.query("select deadline_at from tasks where id = $1", [id]);
      await database.query("update tasks set leased_until = now() where id = $1", [id]);
      await sweep(database, 600);
      assert.deepEqual(await told.next("lost"), { lease: item.lease, reason: "expired" });
      assert.equal((await laptop.call("POST", `items/${item.lease}/heartbeat`)).status, 410);
      const again = await other.take();
      assert.deepEqual(
        await database.query("select deadline_at from tasks where id = $1", [id]).then((rows) => rows[0]),
        task,
      );
      await other.answer(again, yes);
      // One that is none is late all the same: the page must not ask for another.
      for (const cells of [[true, true], [false]]) {
        const late = (await laptop.answer(item, { cells })) as { outcome: string };
        assert.equal(late.outcome, "late");
      }
      assert.deepEqual((await result(id))["solution"], { answer: [true] });
      const examples = await database.query<{ label: string }>(
        "select label from examples where task_id = $1 order by id",
        [id],
      );
      assert.deepEqual(
        examples.map(({ label }) => label),
        ["[true]", "[false]"],
      );
    });
    assert.deepEqual(await books(), { balance: before.balance - PRICE, held: before.held });
  });

  it("ends for all when the server starts again after it was killed", async () => {
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const { id } = await create();
      const item = await worker.take();
      await endAllLeases(database);
      await sweep(database, 600);
      assert.equal((await worker.call("POST", `items/${item.lease}/heartbeat`)).status, 410);
      const again = await worker.take();
      assert.notEqual(again.lease, item.lease);
      await worker.answer(again, yes);
      assert.equal((await result(id))["status"], "ready");
    });
  });
});

describe("an answer", () => {
  it("is acknowledged alike when it is sent again, and paid for once", async () => {
    const before = await books();
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const { id } = await create();
      const item = await worker.take();
      const answers = await Promise.all([worker.answer(item, yes), worker.answer(item, yes)]);
      const third = await worker.answer(item, yes);
      assert.equal((third as { outcome: string }).outcome, "accepted");
      assert(answers.every((answer) => (answer as { outcome: string }).outcome === "accepted"));
      assert.equal((await result(id))["status"], "ready");
    });
    assert.deepEqual(await books(), { balance: before.balance - PRICE, held: before.held });
  });

  it("can be corrected until its caller has it, and never after", async () => {
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const { id } = await create();
      const { historyId } = (await worker.answer(await worker.take(), yes)) as { historyId: string };
      const fix = (cells: boolean[]) => worker.post(`history/${historyId}/fix`, { value: { cells } });
      const shown = (await worker.call("GET", `history/${historyId}`)).body as { item: Item };
      assert.equal(shown.item.kind, "grid");
      assert.deepEqual(await fix([false]), { outcome: "accepted" });
      assert.deepEqual((await result(id))["solution"], { answer: [false] });
      assert.deepEqual(await fix([true]), { outcome: "too-late" });
      assert.deepEqual((await result(id))["solution"], { answer: [false] });
    });
  });
});

describe("another process", () => {
  it("sees who is online, shares the queue, and its workers lose nothing of theirs", async () => {
    const other = new PeopleDesk({
      database,
      logger: silentLogger,
      keepSeconds: 600,
      examples: new Examples(90),
      widgets: createWidgetDesk(new WidgetTickets({ database, origin: null, port: () => 0 })),
    });
    const elsewhere = await startWorkspace(other);
    await withWorkers(1, async ([here]) => {
      assert(here);
      const there = await elsewhere.hire();
      assert.equal(await other.presence.missing("grid", {}), null);
      await Promise.all([create(), create()]);
      const items = await Promise.all([here.take(), there.take()]);
      assert.notEqual(questionOf(items[0]), questionOf(items[1]));
      await Promise.all([here.answer(items[0], yes), there.answer(items[1], yes)]);
    });
    await other.floor.stop();
  });
});
