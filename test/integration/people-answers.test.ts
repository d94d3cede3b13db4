import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setRule, type Consensus, type Mode } from "../../src/tasks/rules.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { runCommand } from "../support/command.ts";
import { createPeopleStage, type StageCaller } from "../support/people-stage.ts";
import type { Browser } from "../support/workspace.ts";

/** Whom a picture is asked of, when enough have answered it, and what is learnt from that. */
const { desk, rules, workspace, addCaller, picture, call } = await createPeopleStage();
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
  work: (browsers: readonly Browser[]) => Promise<void>,
): Promise<void> {
  const browsers: Browser[] = [];
  for (const worker of workers) browsers.push(await workspace.hire(worker));
  const events = await Promise.all(browsers.map((browser) => browser.events()));
  try {
    await work(browsers);
  } finally {
    await Promise.all(events.map((stream) => stream.close()));
    await database.query("update tasks set deadline_at = now(), leased_until = least(leased_until, now())");
    await sweep(database, 600);
  }
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
  it("is the delivered answer, not one that came too late; and `bench` reads it", async () => {
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
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
