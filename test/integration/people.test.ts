import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPeopleStage } from "../support/people-stage.ts";

const { desk, call, workspace, caller, picture, startReader, withWorkers } = await createPeopleStage();
const { create, result, books } = caller;
startReader({
  kind: "answer",
  solution: { text: "unsure" },
  confidence: 0.5,
  detail: { characters: [0.9, 0.4] },
});

const image = (threshold: number) => ({
  type: "ImageToTextTask",
  body: picture,
  recognizingThreshold: threshold,
});

describe("a picture that the recogniser is unsure of", () => {
  it("fails at once and uncharged while no worker is online", async () => {
    const before = await books();
    const taskId = await create(image(90));
    const answer = await caller.ended(taskId);
    assert.equal(answer["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
    assert.match(
      String(answer["errorDescription"]),
      /Confidence 50 .* 90\..* shown to nobody: no worker is online who takes it\.$/,
    );
    assert.deepEqual(await books(), before);
  });

  it("says so where the workers who are online do not know its language", async () => {
    await withWorkers([{ languages: ["de"] }], async () => {
      const answer = await caller.ended(await create({ ...image(90), language: "el" }));
      assert.equal(answer["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
      assert.match(String(answer["errorDescription"]), /none of the workers.* knows its language, el\.$/);
    });
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
    assert.deepEqual(file.body, Buffer.from(picture, "base64"));
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
    imagesBase64: [picture],
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
      cells: 9,
      tiles: false,
      min: 0,
    });
    assert.equal(item.files.length, 1);
    const cells = [true, false, false, true, false, false, false, false, true];
    await worker.answer(item, { cells });
    assert.deepEqual((await result(taskId))["solution"], { answer: cells });
    const [row] = await desk.database.query("select fields from tasks where id = $1", [taskId]);
    assert(!JSON.stringify(row).includes("imagesBase64"), "the picture is in jsonb");
    await events.close();
  });
});
