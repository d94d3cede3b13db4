import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { sweep } from "../../src/tasks/sweep.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createPeopleStage } from "../support/people-stage.ts";

/** Whom a picture is asked of, and what is learnt from the answer. */
const { desk, callerWith, withWorkers, picture, call } = await createPeopleStage();
const { database, url } = desk;
const image = (more: object = {}) => ({ type: "ImageToTextTask", body: picture, ...more });
const runCommand = startCommands({ GLYPHDESK_DATABASE_URL: url });

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
      assert.match(String(refused["errorDescription"]), /none of the workers.* knows its language, el\./);
      const pools = [
        { task: image(), languagePool: "rn" },
        { task: image(), languagePool: "ru" },
        { task: image({ languagePool: "rn" }) },
        { task: image({ languagepool: "RU" }), languagePool: "en" },
      ];
      for (const pool of pools) {
        const russian = await call("createTask", { clientKey: own.key, ...pool });
        assert.match(String(russian["errorDescription"]), /knows its language, ru\./);
      }
      const plain = await own.create(image());
      await french?.answer(await french.take(), { text: "ça" });
      assert.equal((await own.result(plain))["status"], "ready");
    });
    assert.equal((await own.books()).held, 0);
  });
});

describe("somebody else who is not there", () => {
  it("ends a task at once and uncharged: after a skip, and after a vote that others had to share", async () => {
    const [skipped, alone] = [await callerWith("people"), await callerWith("people", "2-of-3")];
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const passed = await skipped.create(image());
      await worker.post(`items/${(await worker.take()).lease}/skip`);
      const voted = await alone.create(image());
      await worker.answer(await worker.take(), { text: "vote" });
      for (const answer of [await skipped.result(passed), await alone.result(voted)]) {
        assert.equal(answer["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
        assert.match(String(answer["errorDescription"]), /and no other worker is online who takes it\./);
      }
    });
    assert.deepEqual([await skipped.paid(), await alone.paid()], [0, 0]);
  });
});

describe("a deadline too short for people", () => {
  it("is refused, where people answer", async () => {
    const [people, machine] = [await callerWith("people"), await callerWith("machine")];
    const create = (clientKey: string) =>
      call("createTask", { clientKey, task: image({ deadlineMs: 3_999 }) });
    await withWorkers(1, async () => {
      const refused = await create(people.key);
      assert.equal(refused["errorCode"], "ERROR_INVALID_TASK");
      assert.match(String(refused["errorDescription"]), /^deadlineMs: expected at least 4000 .* got 3999/);
      assert.equal((await create(machine.key))["errorId"], 0);
    });
  });
});

describe("what is learnt", () => {
  it("is the delivered answer, not one that came too late or found no agreement; and `bench` reads it", async () => {
    const own = await callerWith("people");
    const voters = await callerWith("people", "2-of-3");
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
      await withWorkers(3, async (workers) => {
        for (const votes of [
          ["apart1", "apart2", "apart3"],
          ["agreed", "apart4", "agreed"],
        ]) {
          await voters.create(image());
          for (const [n, text] of votes.entries()) {
            const worker = workers[n];
            await worker?.answer(await worker.take(), { text });
          }
        }
      });
      assert.deepEqual([await own.paid(), await voters.paid()], [60, 30]);
      await answerOf(runCommand("export", "answers", "--out", folder, "--json"));
      const labels = (await readFile(join(folder, "labels.tsv"), "utf8"))
        .split("\n")
        .map((line) => line.split("\t")[1]);
      const learnt = labels.filter((label) =>
        /delivered|toolate|mended|wrong|apart|agreed/.test(label ?? ""),
      );
      assert.deepEqual(learnt, ["delivered", "mended", "agreed"], labels.join());
      const bench = (await answerOf(runCommand("bench", folder, "--json"))) as { total: number };
      assert.equal(bench.total, labels.filter((label) => label !== undefined).length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
