import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { addChecks } from "../../src/people/checks.ts";
import { pauseWorker } from "../../src/people/workers.ts";
import { Runner } from "../../src/solvers/runner.ts";
import { setRule } from "../../src/tasks/rules.ts";
import { TASKS_CHANNEL } from "../../src/tasks/submit.ts";
import { createTestApp } from "../support/app.ts";
import { runCommand } from "../support/command.ts";
import { startWorkspace, type Browser } from "../support/workspace.ts";

const { desk, call, rules } = await createTestApp();
const { people, database, url } = desk;
const workspace = await startWorkspace(people);
database.listen(TASKS_CHANNEL, (lane) => people.floor.wake(lane));
const picture = await readFile(new URL("../../docs/example.png", import.meta.url));
const golden = fileURLToPath(new URL("../golden/", import.meta.url));
const runner = new Runner({
  solver: {
    id: "reader",
    capacity: 4,
    accepts: () => true,
    solve: async () => ({ kind: "answer", solution: { text: "abc" }, confidence: 0.9 }),
  },
  lane: "machine",
  database,
  images: desk.images,
  settler: desk.settler,
  logger: silentLogger,
  node: "test",
  people: people.presence,
});
runner.start();
after(() => runner.stop(0));

interface Scene {
  readonly workers: readonly Browser[];
  readonly create: (more?: object) => Promise<number>;
  readonly result: (taskId: number) => Promise<Record<string, unknown>>;
  /** What the caller has paid, with nothing held any more. */
  readonly paid: () => Promise<number>;
}

/** A caller of its own with a rule for its key, and workers who are online. */
async function scene(
  mode: "people" | "agree" | "machine",
  consensus: "1" | "2-of-3" | "3-of-5",
  count: number,
): Promise<Scene> {
  const name = `caller ${mode} ${consensus} ${Math.random()}`;
  const caller = await desk.addAccount(name, 1_000_000);
  await setRule(database, { keyPrefix: caller.key.slice(0, 6), type: null, mode, consensus });
  // Until the rules have been read again.
  while (rules.of(caller.caller.keyId, "ImageToTextTask").mode !== mode) await database.query("select 1");
  const workers: Browser[] = [];
  for (let n = 0; n < count; n += 1) {
    const worker = await workspace.hire();
    await worker.events();
    workers.push(worker);
  }
  return {
    workers,
    async create(more = {}) {
      const answer = await call("createTask", {
        clientKey: caller.key,
        task: { type: "ImageToTextTask", body: picture.toString("base64"), ...more },
      });
      assert.equal(answer["errorId"], 0, JSON.stringify(answer));
      runner.wake();
      return Number(answer["taskId"]);
    },
    result: (taskId) => call("getTaskResult", { clientKey: caller.key, taskId }),
    async paid() {
      const { accounts, faults } = await audit(database);
      assert.deepEqual(faults, []);
      const row = accounts.find(({ account }) => account === name);
      assert.equal(row?.held, 0);
      return 1_000_000 - (row?.balance ?? 0);
    },
  };
}

async function say(worker: Browser | undefined, text: string): Promise<void> {
  assert(worker);
  let item = await worker.claim();
  while (item === null) item = await worker.claim();
  await worker.answer(item, { text });
}

describe("consensus", () => {
  it("stops as soon as two of three agree, and is paid once", async () => {
    const { create, result, workers, paid } = await scene("people", "2-of-3", 3);
    const id = await create();
    await say(workers[0], "one");
    assert.equal((await result(id))["status"], "processing");
    assert.equal(await workers[0]?.claim(), null, "nobody votes twice");
    await say(workers[1], "two");
    await say(workers[2], "ONE");
    assert.deepEqual((await result(id))["solution"], { text: "ONE" });
    assert.equal(await paid(), 30);
    const votes = await database.query<{ correct: boolean }>(
      "select correct from worker_items i join tasks t on t.key = i.task_key where t.id = $1 order by i.id",
      [id],
    );
    assert.deepEqual(
      votes.map(({ correct }) => correct),
      [true, false, true],
    );
  });

  it("stops as soon as three of five agree, and is paid once", async () => {
    const { create, result, workers, paid } = await scene("people", "3-of-5", 5);
    const id = await create();
    for (const [n, text] of ["a", "b", "a"].entries()) await say(workers[n], text);
    assert.equal((await result(id))["status"], "processing");
    await say(workers[3], "a");
    assert.deepEqual((await result(id))["solution"], { text: "a" });
    assert.equal(await workers[4]?.claim(), null, "the fifth is not asked");
    assert.equal(await paid(), 30);
  });

  it("ends uncharged when nobody can agree any more", async () => {
    const { create, result, workers, paid } = await scene("people", "3-of-5", 4);
    const id = await create();
    for (const [n, text] of ["a", "b", "c"].entries()) await say(workers[n], text);
    assert.equal((await result(id))["status"], "processing");
    await say(workers[3], "d");
    assert.match(String((await result(id))["errorDescription"]), /4 people did not agree/);
    assert.equal(await paid(), 0);
  });
});

describe("the confidence of people's answers", () => {
  it("is what was measured of those who agreed on it, and null before", async () => {
    const { create, result, workers } = await scene("people", "2-of-3", 2);
    const answered = async () => {
      const id = await create({ confidence: true });
      for (const worker of workers) await say(worker, "same");
      return { id, solution: (await result(id))["solution"] };
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

describe("the rule `agree`", () => {
  it("hides the reading from the person, and is satisfied when both say the same", async () => {
    const { create, result, workers, paid } = await scene("agree", "1", 1);
    const id = await create();
    let item = await workers[0]?.claim();
    while (item == null) item = await workers[0]?.claim();
    assert(item.kind === "text");
    assert.equal(item.ask.suggestion, null);
    await workers[0]?.answer(item, { text: "ABC" });
    assert.deepEqual((await result(id))["solution"], { text: "ABC" });
    assert.equal(await paid(), 30);
  });

  it("ends uncharged when they differ", async () => {
    const { create, result, workers, paid } = await scene("agree", "1", 1);
    const id = await create();
    await say(workers[0], "other");
    assert.match(String((await result(id))["errorDescription"]), /read it differently/);
    assert.equal(await paid(), 0);
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
    await database.query("alter table workers alter column check_share set default 1");
    const { create, workers, paid } = await scene("people", "1", 1);
    await database.query("alter table workers alter column check_share set default 0.05");
    const id = await create();
    for (let n = 0; n < 5; n += 1) await say(workers[0], n < 2 ? "right" : "wrong");
    assert.equal(await workers[0]?.claim(), null);
    const { body } = (await workers[0]?.call("GET", "session")) ?? {};
    const { paused, today, worker } = body as { paused: string; today: object; worker: { name: string } };
    assert.match(paused, /last 5 check items 3 were answered wrong/);
    assert.equal((today as { accuracy: number }).accuracy, 0.4);
    assert.equal(await people.presence.online("text", {}).then(() => true), true);
    await pauseWorker(database, worker.name, null);
    await database.query("update workers set check_share = 0 where name = $1", [worker.name]);
    await say(workers[0], "done");
    const [task] = await database.query<{ state: string }>("select state from tasks where id = $1", [id]);
    assert.equal(task?.state, "solved");
    assert.equal(await paid(), 30);
  });

  it("come from folders by command, and answers go back into folders that `bench` reads", async () => {
    const environment = { GLYPHDESK_DATABASE_URL: url };
    const gold = await runCommand(["gold", "add", golden, "--case", "--json"], environment);
    assert.equal(gold.code, 0, gold.stderr);
    assert((JSON.parse(gold.stdout) as { added: number }).added > 20);
    const folder = await mkdtemp(join(tmpdir(), "glyphdesk-export-"));
    try {
      const written = await runCommand(["export", "answers", "--out", folder, "--json"], environment);
      assert.equal(written.code, 0, written.stderr);
      const lines = (await readFile(join(folder, "labels.tsv"), "utf8")).trim().split("\n");
      const [file, , verdict] = (lines[0] ?? "").split("\t");
      assert.equal(verdict, "answered");
      assert.deepEqual(await readFile(join(folder, file ?? "")), picture);
      assert(lines.some((line) => line.split("\t")[1] === "done"));
      const all = await runCommand(["export", "answers", "--format", "ndjson"], environment);
      assert(all.stdout.trim().split("\n").length >= lines.length);
      const quality = await runCommand(["worker", "quality"], environment);
      assert.match(quality.stdout, /CHECKS RIGHT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
