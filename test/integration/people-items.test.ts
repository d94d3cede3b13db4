import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addChecks, clearChecks } from "../../src/people/checks.ts";
import { ItemFiles } from "../../src/people/files.ts";
import { peopleLane } from "../../src/protocol/lanes.ts";
import type { Item, UnsolvableReason, WorkspaceError } from "../../src/protocol/workspace.ts";
import { pauseWorker } from "../../src/people/workers.ts";
import { createPeopleStage } from "../support/people-stage.ts";
import { PASSWORD, type Browser } from "../support/workspace.ts";

/** What becomes of items that their workers do not answer. */
const { desk, workspace, caller, callerWith, grid, picture, withWorkers } = await createPeopleStage();
const { database } = desk;

async function isLost(worker: Browser, { lease }: Item): Promise<void> {
  assert.equal((await worker.call("POST", `items/${lease}/heartbeat`)).status, 410);
}

describe("a task in a language", () => {
  it("waits only for workers who speak it, or who were not asked what they speak", async () => {
    const linguist = await desk.addAccount("linguist", 1_000_000);
    const submit = (language: string) => {
      const place = { lane: peopleLane("text"), image: Buffer.from("a picture") };
      return desk.submitter.submit(linguist.task({ ...place, fields: { language } }));
    };
    const [french, anybody] = [await workspace.hire({ languages: ["de", "fr"] }), await workspace.hire()];
    const events = await french.events();
    await submit("it");
    assert.equal(await french.claim(), null);
    await submit("fr");
    assert.deepEqual(await events.next("waiting"), { waiting: 1 });
    for (const [worker, language] of [[french, "fr"] as const, [anybody, "it"] as const]) {
      const item = await worker.take();
      assert(item.kind === "text");
      assert.equal(item.ask.language, language);
      await worker.answer(item, { text: "answered" });
    }
    await events.close();
  });
});

describe("an item that is released", () => {
  it("goes back for anybody, its worker too, and is nothing to remember", async () => {
    await withWorkers(2, async ([one, other]) => {
      assert(one && other);
      const taskId = await caller.create(grid());
      const item = await one.take();
      await one.post(`items/${item.lease}/release`);
      await isLost(one, item);
      await one.post(`items/${item.lease}/release`); // A page that leaves says so twice.
      const again = await one.take();
      assert.notEqual(again.lease, item.lease);
      await one.post(`items/${again.lease}/release`);
      await other.answer(await other.take(), { cells: [true] });
      assert.deepEqual((await caller.result(taskId))["solution"], { answer: [true] });
      assert.deepEqual((await one.call("GET", "history")).body, { rows: [] });
    });
  });
});

describe("what is no text", () => {
  for (const [name, noText] of Object.entries({ "U+0000": "a\0b", "half a surrogate pair": "a\ud800" })) {
    it(`with ${name} is refused, wherever it stands, and the item is still there`, async () => {
      const own = await callerWith("people");
      await withWorkers(1, async ([worker]) => {
        assert(worker);
        const taskId = await own.create({ type: "ImageToTextTask", body: picture });
        const item = await worker.take();
        for (const [path, body] of [
          [`items/${item.lease}/answer`, { value: { text: noText }, shownMs: 1 }],
          [`items/${item.lease}/unsolvable`, { reason: "other", note: noText }],
          ["sign-in", { name: noText, password: PASSWORD }],
        ] as const) {
          const { status, body: refusal } = await worker.call("POST", path, body);
          assert.deepEqual([status, (refusal as WorkspaceError).error.code], [422, "INVALID_ANSWER"], path);
        }
        await worker.answer(item, { text: "a\u{1f600}b" });
        assert.deepEqual((await own.result(taskId))["solution"], { text: "a\u{1f600}b" });
      });
    });
  }
});

describe("a worker who signs out", () => {
  it("holds nothing afterwards, also when a claim comes in at the same moment", async () => {
    const worker = await workspace.hire({ name: "Leaving" });
    await withWorkers(1, async () => {
      for (let round = 0; round < 5; round += 1) {
        await caller.create(grid());
        await Promise.all([worker.call("POST", "claim"), worker.post("sign-out")]);
        const open = await desk.database.query("select 1 from worker_items where ended_at is null");
        assert.deepEqual(open, []);
        await worker.signIn("Leaving");
      }
    });
  });
});

describe("the files of an item", () => {
  it("are read once for all who ask at the same moment", async () => {
    const check = { kind: "text", type: "ImageToTextTask", fields: {}, answer: { text: "x" } } as const;
    await addChecks(desk.database, [{ ...check, files: Buffer.from(picture, "base64") }]);
    const [row] = await desk.database.query<{ id: number }>("select id from check_items");
    const files = new ItemFiles(desk.database);
    const load = () => files.load({ check: row?.id ?? 0 }, {});
    const [one, other] = await Promise.all([load(), load()]);
    assert.equal(one, other);
    assert.equal(await load(), one);
    assert.deepEqual([one[0]?.type, one[0]?.width], ["image/png", 150]);
    await clearChecks(desk.database);
  });

  it("are not remembered where there are none", async () => {
    const files = new ItemFiles(desk.database);
    const load = () => files.load({ task: 0 }, {});
    const none = await load();
    assert.deepEqual(none, []);
    assert.notEqual(await load(), none);
  });
});

describe("an item that a person finds unsolvable", () => {
  const sentences: Readonly<Record<UnsolvableReason, RegExp>> = {
    unreadable: /could not make it out/,
    broken: /the file cannot be shown/,
    "wrong-kind": /not what its type says/,
    other: /could not answer it/,
  };
  for (const [reason, sentence] of Object.entries(sentences)) {
    it(`as ${reason}, ends at once and uncharged, with that as its description`, async () => {
      await withWorkers(1, async ([worker]) => {
        assert(worker);
        const before = await caller.books();
        const taskId = await caller.create(grid());
        const item = await worker.take();
        await worker.post(`items/${item.lease}/unsolvable`, { reason, note: "a note for the operator" });
        const { errorCode, errorDescription } = await caller.result(taskId);
        assert.equal(errorCode, "ERROR_CAPTCHA_UNSOLVABLE");
        assert.match(String(errorDescription), sentence);
        assert.doesNotMatch(String(errorDescription), /note for the operator/);
        assert.deepEqual(await caller.books(), before);
        await isLost(worker, item);
      });
    });
  }
});

describe("a worker who gives nearly everything back", () => {
  it("is paused with a sentence that the page shows, and is given nothing more", async () => {
    await withWorkers(1, async ([worker], [events]) => {
      assert(worker && events);
      for (let n = 0; n < 21; n += 1) await caller.create(grid(`Question ${n}?`));
      for (let n = 0; n < 20; n += 1) await worker.post(`items/${(await worker.take()).lease}/skip`);
      const sentence = "Of your last 20 items you gave back 20. Talk to the operator before you go on.";
      assert.equal((await events.next("state"))["paused"], sentence);
      assert.equal(((await worker.call("GET", "session")).body as { paused: string }).paused, sentence);
      assert.equal(await worker.claim(), null);
    });
  });
});

describe("a worker who may go on", () => {
  it("is counted as being there before the page hears of it", async () => {
    await withWorkers(1, async ([worker], [events]) => {
      assert(worker && events);
      const { name } = ((await worker.call("GET", "session")).body as { worker: { name: string } }).worker;
      await pauseWorker(database, name, "Have a break.");
      assert.equal((await events.next("state"))["paused"], "Have a break.");
      let told = false;
      const state = events.next("state").finally(() => (told = true));
      await database.transaction(async (transaction) => {
        await transaction.query("lock table worker_presence in share row exclusive mode");
        await pauseWorker(database, name, null);
        // One is the poll's, one that of the news.
        const waiting = `select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into worker_presence%'`;
        while ((await database.query(waiting)).length < 2) continue;
        assert.equal(told, false);
      });
      assert.equal((await state)["paused"], null);
      const [present] = await database.query<{ kinds: string[] }>(
        "select kinds from worker_presence p join worker_sessions s on s.id = p.session_id join workers w on w.id = s.worker_id where w.name = $1",
        [name],
      );
      assert((present?.kinds.length ?? 0) > 0);
    });
  });
});

describe("a lost stream", () => {
  it("leaves a page that comes back what it had, and gives others what a browser held that is gone", async () => {
    await withWorkers(3, async ([back, gone, free], [stream, lost, told]) => {
      assert(back && gone && free && stream && lost && told);
      await Promise.all([caller.create(grid("Question 1?")), caller.create(grid("Question 2?"))]);
      const [kept, left] = [await back.take(), await gone.take()];
      await stream.close();
      const again = await back.events();
      const since = performance.now();
      await lost.close();
      let item = await free.claim();
      while (item === null) {
        await told.next("waiting");
        item = await free.claim();
      }
      const waited = performance.now() - since;
      assert(waited > 4_500, `the item was taken after ${waited.toFixed(0)} ms`);
      assert.deepEqual(item.ask, left.ask);
      await isLost(gone, left);
      await back.answer(kept, { cells: [true] });
      await free.answer(item, { cells: [true] });
      await again.close();
    });
  });
});
