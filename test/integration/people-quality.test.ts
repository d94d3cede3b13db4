import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { addChecks } from "../../src/people/checks.ts";
import { pauseWorker } from "../../src/people/workers.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createPeopleStage } from "../support/people-stage.ts";
import type { Browser } from "../support/workspace.ts";

const { desk, callerWith, withWorkers, picture: body, grid, startReader } = await createPeopleStage();
const { database, url } = desk;
const picture = Buffer.from(body, "base64");
const image = (more: object = {}) => ({ type: "ImageToTextTask", body, ...more });
const golden = fileURLToPath(new URL("../golden/", import.meta.url));
const runCommand = startCommands({ GLYPHDESK_DATABASE_URL: url });
startReader({ kind: "answer", solution: { text: "abc" }, confidence: 0.9 });

/** Answers what comes to this worker next. */
async function say(worker: Browser | undefined, text: string): Promise<void> {
  assert(worker);
  let item = await worker.claim();
  while (item === null) item = await worker.claim();
  await worker.answer(item, { text });
}

describe("consensus", () => {
  it("stops as soon as two of three agree, and is paid once", async () => {
    const caller = await callerWith("people", "2-of-3");
    await withWorkers(3, async (workers) => {
      const id = await caller.create(image());
      await say(workers[0], "one");
      assert.equal((await caller.result(id))["status"], "processing");
      assert.equal(await workers[0]?.claim(), null, "nobody votes twice");
      await say(workers[1], "two");
      await say(workers[2], "ONE");
      assert.deepEqual((await caller.result(id))["solution"], { text: "ONE" });
      assert.equal(await caller.paid(), 30);
      const votes = await database.query<{ correct: boolean }>(
        "select correct from worker_items i join tasks t on t.key = i.task_key where t.id = $1 order by i.id",
        [id],
      );
      assert.deepEqual(
        votes.map(({ correct }) => correct),
        [true, false, true],
      );
    });
  });

  it("stops as soon as three of five agree, and is paid once", async () => {
    const caller = await callerWith("people", "3-of-5");
    await withWorkers(5, async (workers) => {
      const id = await caller.create(image());
      for (const [n, text] of ["a", "b", "a"].entries()) await say(workers[n], text);
      assert.equal((await caller.result(id))["status"], "processing");
      await say(workers[3], "A");
      assert.deepEqual((await caller.result(id))["solution"], { text: "A" });
      assert.equal(await workers[4]?.claim(), null, "the fifth is not asked");
    });
    assert.equal(await caller.paid(), 30);
  });

  it("ends uncharged when nobody can agree any more", async () => {
    const caller = await callerWith("people", "3-of-5");
    await withWorkers(4, async (workers) => {
      const id = await caller.create(image());
      for (const [n, text] of ["a", "b", "c"].entries()) await say(workers[n], text);
      assert.equal((await caller.result(id))["status"], "processing");
      await say(workers[3], "d");
      assert.match(String((await caller.result(id))["errorDescription"]), /4 people did not agree/);
    });
    assert.equal(await caller.paid(), 0);
  });
});

describe("the confidence of people's answers", () => {
  it("is what was measured of those who agreed on it, and null before", async () => {
    const caller = await callerWith("people", "2-of-3");
    await withWorkers(2, async (workers) => {
      const answered = async () => {
        const id = await caller.create(image({ confidence: true }));
        for (const worker of workers) await say(worker, "same");
        return { id, solution: (await caller.result(id))["solution"] };
      };
      const first = await answered();
      assert.deepEqual(first.solution, { text: "same", confidence: null });
      // With the answers just given, 24 of 25 and 20 of 25 were right.
      for (const [at, wrong] of [1, 5].entries()) {
        await database.query(
          `insert into worker_items (worker_id, session_id, task_key, lease, kind, ended_at, outcome, correct)
           select worker_id, session_id, task_key, 0, kind, now(), 'accepted', n > $3
           from (select i.* from worker_items i join tasks t on t.key = i.task_key where t.id = $1
             order by i.id offset $2 limit 1) i, generate_series(1, 24) n`,
          [first.id, at, wrong],
        );
      }
      const [one, other] = [25 / 27, 21 / 27];
      const confidence = Math.round((1 - (1 - one) * (1 - other)) * 1e4) / 1e4;
      assert.deepEqual((await answered()).solution, { text: "same", confidence });
    });
  });
});

describe("the rule `agree`", () => {
  it("hides the reading from the person, and is satisfied when both say the same", async () => {
    const caller = await callerWith("agree");
    await withWorkers(1, async ([worker]) => {
      const id = await caller.create(image());
      let item = await worker?.claim();
      while (item == null) item = await worker?.claim();
      assert(item.kind === "text");
      assert.equal(item.ask.suggestion, null);
      await worker?.answer(item, { text: "ABC" });
      assert.deepEqual((await caller.result(id))["solution"], { text: "ABC" });
    });
    assert.equal(await caller.paid(), 30);
  });

  it("leaves what the recogniser does not read to people alone", async () => {
    const caller = await callerWith("agree");
    const sum = {
      type: "ComplexImageTask",
      class: "recognition",
      websiteURL: "https://shop.example/",
      imagesBase64: [body],
      metadata: { Task: "MathSum" },
    };
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      for (const [task, value, solution] of [
        [grid(), { cells: [true] }, { answer: [true] }],
        [sum, { text: "7" }, { answer: "7", metadata: { AnswerType: "Text" } }],
      ] as const) {
        const id = await caller.create(task);
        await worker.answer(await worker.take(), value);
        assert.deepEqual((await caller.result(id))["solution"], solution);
      }
    });
    assert.equal(await caller.paid(), 1_000);
  });

  it("ends uncharged when they differ", async () => {
    const caller = await callerWith("agree");
    await withWorkers(1, async ([worker]) => {
      const id = await caller.create(image());
      await say(worker, "other");
      assert.match(String((await caller.result(id))["errorDescription"]), /read it differently/);
    });
    assert.equal(await caller.paid(), 0);
  });
});

describe("check items", () => {
  it("are given beside work, are never billed, and a worker who fails them is paused with a reason", async () => {
    const added = await addChecks(
      database,
      Array.from({ length: 10 }, (_, n) => ({
        kind: "text" as const,
        type: "ImageToTextTask",
        fields: { n },
        files: picture,
        answer: { text: "right" },
      })),
    );
    assert.equal(added, 10);
    const caller = await callerWith("people");
    await withWorkers(1, async ([worker]) => {
      await database.query("update workers set check_share = 1");
      const id = await caller.create(image());
      for (let n = 0; n < 5; n += 1) await say(worker, n < 2 ? "right" : "wrong");
      assert.equal(await worker?.claim(), null);
      const { body } = (await worker?.call("GET", "session")) ?? {};
      const {
        paused,
        today,
        worker: me,
      } = body as { paused: string; today: object; worker: { name: string } };
      assert.match(paused, /last 5 check items 3 were answered wrong/);
      assert.equal((today as { accuracy: number }).accuracy, 0.4);
      await pauseWorker(database, me.name, null);
      await database.query("update workers set check_share = 0 where name = $1", [me.name]);
      await say(worker, "done");
      const [task] = await database.query<{ state: string }>("select state from tasks where id = $1", [id]);
      assert.equal(task?.state, "solved");
    });
    assert.equal(await caller.paid(), 30);
  });

  it("come from folders by command, and answers go back into folders that `bench` reads", async () => {
    const gold = await answerOf(runCommand("gold", "add", golden, "--case", "--json"));
    assert((gold as { added: number }).added > 20);
    const folder = await mkdtemp(join(tmpdir(), "glyphdesk-export-"));
    try {
      await answerOf(runCommand("export", "answers", "--out", folder, "--json"));
      const lines = (await readFile(join(folder, "labels.tsv"), "utf8")).trim().split("\n");
      const [file, , verdict] = (lines[0] ?? "").split("\t");
      assert.equal(verdict, "answered");
      assert.deepEqual(await readFile(join(folder, file ?? "")), picture);
      assert.equal((await stat(join(folder, file ?? ""))).mode & 0o077, 0, "for nobody else to read");
      assert(lines.some((line) => line.split("\t")[1] === "done"));
      const all = await runCommand("export", "answers", "--format", "ndjson");
      assert(all.stdout.trim().split("\n").length >= lines.length);
      const quality = await runCommand("worker", "quality");
      assert.match(quality.stdout, /CHECKS RIGHT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
