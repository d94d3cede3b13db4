import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pauseWorker } from "../../src/people/workers.ts";
import { UNSOLVABLE_REASONS, type Session } from "../../src/protocol/workspace.ts";
import { setRule, type Consensus, type Mode } from "../../src/tasks/rules.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { runCommand } from "../support/command.ts";
import { createPeopleStage, type StageCaller } from "../support/people-stage.ts";
import type { Browser, EventStream } from "../support/workspace.ts";

/** What workers can do with an item, what it means for its caller, and what is learnt from it. */
const { desk, rules, workspace, caller, addCaller, picture, grid, call } = await createPeopleStage();
const { database, url } = desk;
const image = (more: object = {}) => ({ type: "ImageToTextTask", body: picture, ...more });
const environment = { GLYPHDESK_DATABASE_URL: url };

async function command(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(words, environment);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** A caller whose pictures go by this rule. */
async function callerWith(mode: Mode, consensus: Consensus = "1"): Promise<StageCaller> {
  const own = await addCaller(`${mode} ${consensus} ${Math.random()}`);
  await setRule(database, { keyPrefix: own.key.slice(0, 6), type: null, mode, consensus });
  while (
    rules.of(own.keyId, "ImageToTextTask").consensus !== consensus ||
    rules.of(own.keyId, "").mode !== mode
  ) {
    await database.query("select 1");
  }
  return own;
}

/** Workers who are online for the length of a test. */
async function withWorkers(
  workers: readonly Parameters<typeof workspace.hire>[0][],
  work: (browsers: readonly Browser[], events: readonly EventStream[]) => Promise<void>,
): Promise<void> {
  const browsers: Browser[] = [];
  for (const worker of workers) browsers.push(await workspace.hire(worker));
  const events = await Promise.all(browsers.map((browser) => browser.events()));
  try {
    await work(browsers, events);
  } finally {
    await Promise.all(events.map((stream) => stream.close()));
    await database.query("update tasks set deadline_at = now(), leased_until = least(leased_until, now())");
    await sweep(database, 600);
  }
}

/** Claims as soon as something is there. */
async function takeSoon(browser: Browser, events: EventStream) {
  let item = await browser.claim();
  while (item === null) {
    await events.next("waiting");
    item = await browser.claim();
  }
  return item;
}

describe("a language", () => {
  it("goes only to workers who know it, and to nobody in silence", async () => {
    const own = await callerWith("people");
    await withWorkers([{ languages: ["de"] }, { languages: ["fr"] }], async ([german, french]) => {
      const id = await own.create(image({ language: "de-AT" }));
      assert.equal(await french?.claim(), null);
      const item = await german?.take();
      assert(item?.kind === "text");
      assert.equal(item.ask.language, "de-at");
      await german?.answer(item, { text: "Grüße" });
      assert.deepEqual((await own.result(id))["solution"], { text: "Grüße" });
      const refused = await call("createTask", { clientKey: own.key, task: image({ language: "el" }) });
      assert.equal(refused["errorCode"], "ERROR_NO_SLOT_AVAILABLE");
      const plain = await own.create(image());
      await french?.answer(await french.take(), { text: "ça" });
      assert.equal((await own.result(plain))["status"], "ready");
    });
    assert.equal((await own.books()).held, 0);
  });
});

describe("an item that is given back", () => {
  it("goes to anybody when it is released, its worker included", async () => {
    await withWorkers([{}, {}], async ([one, other]) => {
      assert(one && other);
      const id = await caller.create(grid());
      const item = await one.take();
      await one.post(`items/${item.lease}/release`);
      assert.equal((await one.call("POST", `items/${item.lease}/heartbeat`)).status, 410);
      const again = await one.take();
      assert.notEqual(again.lease, item.lease);
      // As navigator.sendBeacon sends it, which can set no header.
      const beacon = await one.call(
        "POST",
        `items/${again.lease}/release`,
        { csrf: one.csrf },
        { "x-csrf-token": one.csrf },
      );
      assert.equal(beacon.status, 204);
      await other.answer(await other.take(), { cells: [true] });
      assert.deepEqual((await caller.result(id))["solution"], { answer: [true] });
    });
  });

  for (const reason of UNSOLVABLE_REASONS) {
    it(`ends uncharged when it is ${reason}, and never comes again`, async () => {
      const before = await caller.books();
      await withWorkers([{}], async ([worker]) => {
        assert(worker);
        const id = await caller.create(grid());
        const item = await worker.take();
        const body = { reason, note: "a note for the operator" };
        assert.equal((await worker.call("POST", `items/${item.lease}/unsolvable`, body)).status, 204);
        const { errorCode, errorDescription } = await caller.result(id);
        assert.equal(errorCode, "ERROR_CAPTCHA_UNSOLVABLE");
        assert.match(String(errorDescription), /^A person .*\. It was not charged\.$/);
        assert.equal(await worker.claim(), null);
        assert.equal((await worker.call("POST", `items/${item.lease}/unsolvable`, body)).status, 410);
        const { rows } = (await worker.call("GET", "history")).body as { rows: { summary: string }[] };
        assert.equal(rows[0]?.summary, reason);
      });
      assert.deepEqual(await caller.books(), before);
    });
  }

  it("goes to others 5 s after its browser is gone, and stays with one who was back by then", async () => {
    await withWorkers([{}, {}, {}], async ([back, gone, free], [first, second, third]) => {
      assert(back && gone && free && first && second && third);
      await Promise.all([caller.create(grid()), caller.create(grid())]);
      const [kept, lost] = [await back.take(), await gone.take()];
      await first.close();
      const again = await back.events();
      const left = performance.now();
      await second.close();
      const item = await takeSoon(free, third);
      const tookMs = performance.now() - left;
      assert(tookMs > 4_500 && tookMs < 15_000, `${tookMs} ms`);
      assert.equal((await gone.call("POST", `items/${lost.lease}/heartbeat`)).status, 410);
      assert.equal((await back.call("POST", `items/${kept.lease}/heartbeat`)).status, 200);
      await free.answer(item, { cells: [true] });
      await again.close();
    });
  });
});

describe("who gives nearly everything back", () => {
  it("is paused with a sentence they can read, and goes on when the operator says so", async () => {
    await withWorkers([{ name: "Skipper" }], async ([worker], [events]) => {
      assert(worker && events);
      for (let n = 0; n < 20; n += 1) {
        await caller.create(grid(`Skip ${n}?`));
        const item = await worker.take();
        if (n < 3) await worker.answer(item, { cells: [true] });
        else await worker.post(`items/${item.lease}/skip`);
      }
      const state = (await events.next("state")) as unknown as Session;
      assert.match(String(state.paused), /^Of your last 20 items you gave back 17\. Talk to the operator/);
      assert.equal(await worker.claim(), null);
      const refused = await call("createTask", { clientKey: caller.key, task: grid() });
      assert.equal(refused["errorCode"], "ERROR_NO_SLOT_AVAILABLE", "the paused do not count as being there");
      await pauseWorker(database, "Skipper", null);
      assert.equal(((await events.next("state")) as unknown as Session).paused, null);
      await caller.create(grid());
      const item = await worker.take();
      await worker.post(`items/${item.lease}/skip`);
      const session = (await worker.call("GET", "session")).body as Session;
      assert.equal(session.paused, null, "what was before no longer counts");
    });
  });
});

describe("three of five", () => {
  it("who agree end it; nobody else is asked, and it is paid once", async () => {
    const own = await callerWith("people", "3-of-5");
    const before = await own.books();
    await withWorkers([{}, {}, {}, {}, {}], async (workers) => {
      const id = await own.create(image());
      for (const [n, text] of ["x", "y", "x", "X"].entries()) {
        assert.equal((await own.result(id))["status"], "processing");
        const worker = workers[n];
        await worker?.answer(await worker.take(), { text });
      }
      assert.deepEqual((await own.result(id))["solution"], { text: "X" });
      assert.equal(await workers[4]?.claim(), null);
    });
    assert.deepEqual(await own.books(), { balance: before.balance - 30, held: 0 });
  });
});

describe("what is learnt", () => {
  it("is the delivered answer, not one that came too late; corrections become check items and `bench` reads them", async () => {
    const own = await callerWith("people");
    const folder = await mkdtemp(join(tmpdir(), "glyphdesk-learnt-"));
    try {
      await withWorkers([{}, {}], async ([slow, quick]) => {
        assert(slow && quick);
        const id = await own.create(image({ comment: "twice" }));
        const item = await slow.take();
        await database.query("update tasks set leased_until = now() where id = $1", [id]);
        await sweep(database, 600);
        await quick.answer(await quick.take(), { text: "delivered" });
        assert.equal(((await slow.answer(item, { text: "toolate" })) as { outcome: string }).outcome, "late");
        await own.create(image({ comment: "mended" }));
        const { historyId } = (await quick.answer(await quick.take(), { text: "wrong" })) as {
          historyId: string;
        };
        await quick.post(`history/${historyId}/fix`, { value: { text: "mended" } });
      });
      assert.equal((await own.books()).held, 0);
      await command("export", "answers", "--out", folder);
      const labels = (await readFile(join(folder, "labels.tsv"), "utf8"))
        .split("\n")
        .map((line) => line.split("\t")[1]);
      assert(labels.includes("delivered") && labels.includes("mended"), labels.join());
      assert(!labels.includes("toolate") && !labels.includes("wrong"), labels.join());
      const bench = JSON.parse(await command("bench", folder, "--json")) as { total: number };
      assert.equal(bench.total, labels.filter((label) => label !== undefined).length);
      assert.match(await command("gold", "from-examples"), /\d/);
      const [{ items } = { items: 0 }] = await database.query<{ items: number }>(
        "select count(*)::int as items from check_items where answer->>'text' = 'mended'",
      );
      assert.equal(items, 1);
      assert.match(await command("gold", "list"), /text/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("`glyphdesk rule`", () => {
  it("sets, lists and removes who answers, and the server hears of it", async () => {
    const own = await addCaller("ruled");
    const scope = ["--key", own.key.slice(0, 6), "--type", "imagetotexttask"];
    await command("rule", "set", "people", ...scope, "--consensus", "2-of-3");
    while (rules.of(own.keyId, "ImageToTextTask").consensus !== "2-of-3") await database.query("select 1");
    const listed = await command("rule", "list");
    assert.match(listed, /ImageToTextTask +people +2-of-3/);
    const refused = await call("createTask", { clientKey: own.key, task: image() });
    assert.equal(refused["errorCode"], "ERROR_NO_SLOT_AVAILABLE");
    await command("rule", "remove", ...scope);
    while (rules.of(own.keyId, "ImageToTextTask").mode === "people") await database.query("select 1");
    for (const [fault, said] of [
      [["set", "nobody"], /is no mode. Choose from: machine/],
      [["set", "people", "--type", "Nonsense"], /is no task type/],
      [["set", "people", "--key", "none such"], /No live key/],
      [["remove", "--type", "ImageToTextTask"], /no such rule/],
    ] as const) {
      const { code, stderr } = await runCommand(["rule", ...fault], environment);
      assert.equal(code, 1);
      assert.match(stderr, said);
    }
  });
});
