import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { addSite } from "../../src/sites/sites.ts";
import { Runner } from "../../src/solvers/runner.ts";
import type { Solver } from "../../src/solvers/solver.ts";
import { TASKS_CHANNEL } from "../../src/tasks/submit.ts";
import { createTestApp } from "../support/app.ts";
import { startWorkspace } from "../support/workspace.ts";

const { desk, call } = await createTestApp();
const { people, database } = desk;
const workspace = await startWorkspace(people);
database.listen(TASKS_CHANNEL, (lane) => people.floor.wake(lane));
const caller = await desk.addAccount("caller", 1_000_000);
await addSite(database, { pattern: "shop.example", consent: "test" });
const picture = await readFile(new URL("../../docs/example.png", import.meta.url));

/** Reads every picture as "unsure", with this confidence. */
const unsure: Solver = {
  id: "unsure",
  capacity: 4,
  accepts: () => true,
  solve: async () => ({
    kind: "answer",
    solution: { text: "unsure" },
    confidence: 0.5,
    detail: { characters: [0.9, 0.4] },
  }),
};
const runner = new Runner({
  solver: unsure,
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

async function create(task: object): Promise<number> {
  const answer = await call("createTask", { clientKey: caller.key, task });
  runner.wake();
  assert.equal(answer["errorId"], 0, JSON.stringify(answer));
  return Number(answer["taskId"]);
}

const result = (taskId: number) => call("getTaskResult", { clientKey: caller.key, taskId });

async function books(): Promise<{ balance: number; held: number }> {
  const { accounts, faults } = await audit(database);
  assert.deepEqual(faults, []);
  const row = accounts.find(({ account }) => account === "caller");
  assert(row);
  return { balance: row.balance, held: row.held };
}

const image = (threshold: number) => ({
  type: "ImageToTextTask",
  body: picture.toString("base64"),
  recognizingThreshold: threshold,
});

describe("a picture that the recogniser is unsure of", () => {
  it("fails at once and uncharged while no worker is online", async () => {
    const before = await books();
    const taskId = await create(image(90));
    let answer = await result(taskId);
    while (answer["status"] === "processing") answer = await result(taskId);
    assert.equal(answer["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
    assert.match(String(answer["errorDescription"]), /Confidence 50 .* 90.*No worker is online/);
    assert.deepEqual(await books(), before);
  });

  it("goes to a worker with the reading as a suggestion, and the answer is paid for once", async () => {
    const before = await books();
    const worker = await workspace.hire();
    const events = await worker.events();
    const taskId = await create(image(90));
    assert.deepEqual(await events.next("waiting"), { waiting: 1 });
    const item = await worker.take();
    assert(item.kind === "text");
    assert.deepEqual(item.ask.suggestion, { text: "unsure", confidence: 0.5, characters: [0.9, 0.4] });
    const file = await worker.call("GET", `items/${item.lease}/file/0`);
    assert.deepEqual(file.body, picture);
    assert.equal(file.headers["content-type"], "image/png");
    assert.equal((await result(taskId))["status"], "processing");
    const answered = await worker.answer(item, { text: " zQV6R " });
    assert.equal((answered as { outcome: string }).outcome, "accepted");
    assert.deepEqual((await result(taskId))["solution"], { text: "zQV6R" });
    assert.deepEqual(await books(), { balance: before.balance - 30, held: before.held });
    await events.close();
  });
});

describe("a grid of an authorised site", () => {
  const grid = {
    type: "ComplexImageTask",
    class: "recaptcha",
    websiteURL: "https://shop.example/",
    imagesBase64: [picture.toString("base64")],
    metadata: { Grid: "3x3", Task: "Select all bicycles" },
  };

  it("is refused while nobody is online who takes it", async () => {
    const reader = await workspace.hire({ kinds: ["text"] });
    const events = await reader.events();
    const refused = await call("createTask", { clientKey: caller.key, task: grid });
    assert.equal(refused["errorCode"], "ERROR_NO_SLOT_AVAILABLE");
    await events.close();
  });

  it("is answered by people, in the shape of the protocol", async () => {
    const worker = await workspace.hire({ kinds: ["grid"] });
    const events = await worker.events();
    const taskId = await create(grid);
    await events.next("waiting");
    const item = await worker.take();
    assert(item.kind === "grid");
    assert.deepEqual(item.ask, {
      instruction: "Select all bicycles",
      rows: 3,
      columns: 3,
      tiles: false,
      min: 0,
    });
    assert.equal(item.files.length, 1);
    const cells = [true, false, false, true, false, false, false, false, true];
    await worker.answer(item, { cells });
    assert.deepEqual((await result(taskId))["solution"], { answer: cells });
    const [row] = await database.query("select fields from tasks where id = $1", [taskId]);
    assert(!JSON.stringify(row).includes("imagesBase64"), "the picture is in jsonb");
    await events.close();
  });
});
