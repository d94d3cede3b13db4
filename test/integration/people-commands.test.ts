import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { addChecks, addChecksFromExamples, clearChecks } from "../../src/people/checks.ts";
import { createTestApp } from "../support/app.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createPeopleStage } from "../support/people-stage.ts";

/** What the operator says about who answers, and makes of what people wrote. */
const { desk, call, rules, caller, addCaller, picture, grid, withWorkers } = await createPeopleStage();
const run = startCommands({ GLYPHDESK_DATABASE_URL: desk.url });
const answer = (...words: readonly string[]) => answerOf(run(...words, "--json"));
const image = { type: "ImageToTextTask", body: picture };
const key = ["--key", caller.key.slice(0, 6)];

/** Until the server's rules say so. */
async function follows(mode: string): Promise<void> {
  while (rules.of(caller.keyId, "ImageToTextTask").mode !== mode) await desk.database.query("select 1");
}

describe("glyphdesk rule", () => {
  it("is followed at once, the key before the type, and removed again", async () => {
    await answer("rule", "set", "people", "--type", "imagetotexttask");
    await follows("people");
    const refused = await call("createTask", { clientKey: caller.key, task: image });
    assert.equal(refused["errorCode"], "ERROR_NO_SLOT_AVAILABLE");
    await answer("rule", "set", "machine", ...key, "--consensus", "2-of-3");
    await follows("machine");
    await caller.create(image);
    assert.partialDeepStrictEqual(await answer("rule", "list"), [
      { type: null, mode: "machine", consensus: "2-of-3" },
      { type: "ImageToTextTask", mode: "people", consensus: "1", keyPrefix: null },
    ]);
    assert.match((await run("rule", "list")).stdout, /^all +ImageToTextTask +people +1$/m);
    await answer("rule", "remove", ...key);
    await follows("people");
  });

  it("can be removed when its key was revoked", async () => {
    const { key: gone } = await addCaller("leaving");
    const its = ["--key", gone.slice(0, 6)];
    await answer("rule", "set", "machine", ...its);
    await answer("key", "revoke", gone.slice(0, 6));
    assert.equal(((await answer("rule", "list")) as object[]).length, 2);
    await answer("rule", "remove", ...its);
    assert.equal(((await answer("rule", "list")) as object[]).length, 1);
  });

  it("says what is wrong and what to do", async () => {
    const faults: readonly (readonly [RegExp, ...string[]])[] = [
      [/No key with such a rule starts with .* See `glyphdesk rule list`/, "remove", ...key],
      [/There is no such rule\. See `glyphdesk rule list`/, "remove", "--type", "TurnstileTask"],
      [/"dogs" is no mode\. Choose from: machine,/, "set", "dogs"],
      [/"Cat" is no task type\. See/, "set", "people", "--type", "Cat"],
      [/No live key starts with "zz-no"\. See/, "set", "people", "--key", "zz-no"],
      [/changes nothing for TurnstileTask: only people answer/, "set", "people", "--type", "TurnstileTask"],
      [/nothing for FunCaptchaTask: it is not supported\./, "set", "people", "--type", "FunCaptchaTask"],
      [/nothing for CustomTask altcha: it is computed\./, "set", "agree", "--type", "customtask altcha"],
      [
        /recaptcha to the recogniser: .* Set people,/,
        "set",
        "machine",
        "--type",
        "ComplexImageTask recaptcha",
      ],
      [/consensus.*Allowed choices are 1, 2-of-3, 3-of-5/, "set", "people", "--consensus", "4"],
    ];
    for (const [sentence, ...words] of faults) {
      const { code, stderr } = await run("rule", ...words);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
    }
  });
});

describe("glyphdesk worker quality", () => {
  it("counts what was reported as wrong, also where no examples are kept", async () => {
    const { call: forgetful } = await createTestApp({ GLYPHDESK_EXAMPLES: "off" }, desk);
    await withWorkers([{ name: "Reported" }], async ([worker]) => {
      assert(worker);
      for (const method of ["reportIncorrectImageCaptcha", "reportCorrect"]) {
        const taskId = await caller.create(grid());
        await worker.answer(await worker.take(), { cells: [true] });
        assert.equal((await forgetful(method, { clientKey: caller.key, taskId }))["errorId"], 0);
      }
    });
    const quality = (await answer("worker", "quality")) as readonly { name: string; reported: number }[];
    assert.equal(quality.find(({ name }) => name === "Reported")?.reported, 1);
  });
});

describe("a check item", () => {
  const { database } = desk;
  const check = {
    kind: "text",
    type: "ImageToTextTask",
    fields: { numeric: 1, case: true },
    files: Buffer.from("a picture"),
    answer: { text: "a" },
  } as const;

  it("is the same whichever way it comes", async () => {
    assert.equal(await addChecks(database, [check]), 1);
    await database.query(
      `insert into examples (task_key, task_id, account_id, type, lane, fields, picture, verdict, label, source)
       select 0, 0, 0, type, 'machine', fields, files, 'corrected', 'a', 'report' from check_items`,
    );
    assert.equal(await addChecksFromExamples(database), 0);
    await database.query("delete from examples");
  });

  it("that stood twice stands once after the upgrade, and is known again", async () => {
    await database.query("update check_items set digest = 'as it was'");
    await addChecks(database, [check]);
    const upgrade = new URL("../../migrations/0017-check-digests.sql", import.meta.url);
    await database.query(await readFile(upgrade, "utf8"));
    assert.equal(await addChecks(database, [check]), 0);
    assert.equal(await clearChecks(database), 1);
  });
});

describe("glyphdesk gold add", () => {
  it("says what it needs when the folder has it not", async () => {
    assert.deepEqual(await run("gold", "add", "/nonexistent"), {
      code: 1,
      stdout: "",
      stderr:
        "glyphdesk: Cannot read /nonexistent/labels.tsv: There is no such file.\n" +
        "Check items come from a folder with that file: a line for each picture, with its file name, a tab and the answer.\n",
    });
  });
});

describe("glyphdesk gold from-examples", () => {
  it("makes check items of what somebody wrote down, once, and nobody is billed for them", async () => {
    await follows("people");
    await withWorkers(1, async ([worker]) => {
      assert(worker);
      const taskId = await caller.create(image);
      await worker.answer(await worker.take(), { text: "wrong" });
      assert.deepEqual((await caller.result(taskId))["solution"], { text: "wrong" });
      assert.deepEqual(await answer("gold", "from-examples"), { added: 0 }, "an answer alone is no truth");
      const report = { clientKey: caller.key, taskId, correctText: "zQV6R" };
      assert.equal((await call("reportIncorrectImageCaptcha", report))["errorId"], 0);
      assert.deepEqual(await answer("gold", "from-examples"), { added: 1 });
      assert.deepEqual(await answer("gold", "from-examples"), { added: 0 });

      await desk.database.query("update workers set check_share = 1");
      const before = await caller.books();
      const real = await caller.create(image);
      const held = await caller.books();
      await worker.answer(await worker.take(), { text: "zqv6r" });
      assert.deepEqual(await answer("gold", "list"), [{ kind: "text", items: 1, answered: 1, right: 1 }]);
      assert.deepEqual(await caller.books(), held, "a check item is nobody's to pay");
      assert.equal((await caller.result(real))["status"], "processing");
      await worker.answer(await worker.take(), { text: "zQV6R" });
      assert.deepEqual((await caller.result(real))["solution"], { text: "zQV6R" });
      assert.equal((await caller.books()).balance, before.balance - 30);
    });
    assert.deepEqual(await answer("gold", "clear"), { deleted: 1 });
  });
});
