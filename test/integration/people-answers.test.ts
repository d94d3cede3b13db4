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
      const plain = await own.create(image());
      await french?.answer(await french.take(), { text: "ça" });
      assert.equal((await own.result(plain))["status"], "ready");
    });
    assert.equal((await own.books()).held, 0);
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
      await answerOf(runCommand("export", "answers", "--out", folder, "--json"));
      const labels = (await readFile(join(folder, "labels.tsv"), "utf8"))
        .split("\n")
        .map((line) => line.split("\t")[1]);
      assert(labels.includes("delivered") && labels.includes("mended"), labels.join());
      assert(!labels.includes("toolate") && !labels.includes("wrong"), labels.join());
      const bench = (await answerOf(runCommand("bench", folder, "--json"))) as { total: number };
      assert.equal(bench.total, labels.filter((label) => label !== undefined).length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
