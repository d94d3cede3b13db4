import assert from "node:assert/strict";
import { it } from "node:test";
import sharp from "sharp";
import { audit } from "../../src/accounts/ledger.ts";
import { RECOGNITION_TASKS } from "../../src/protocol/catalogue/recognition.ts";
import { inspectImage } from "../../src/protocol/inspect-image.ts";
import type { Answer, Kind } from "../../src/protocol/workspace.ts";
import { createPeopleStage } from "../support/people-stage.ts";

/** Every task of ComplexImageTask, from the wire to a person and back: the exact shapes of the protocol. */
const { desk, call, workspace, caller, picture: body } = await createPeopleStage();
const picture = Buffer.from(body, "base64");
const sound = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(200)]);
const nine = [true, false, true, false, false, false, false, false, true];

interface Case {
  readonly kind: Kind;
  readonly wrong: unknown;
  readonly right: Answer;
  readonly answer: unknown;
}

const turns = [1, 2, 3, 4, 1, 2, 3, 4, 1];
const CASES: Readonly<Record<string, Case>> = {
  oocl_rotate_new: {
    kind: "rotation",
    wrong: { angles: [1, 2] },
    right: { angles: [130.5] },
    answer: [130.5],
  },
  oocl_rotate_double_new: {
    kind: "rotation",
    wrong: { angles: [1] },
    right: { angles: [10, 20] },
    answer: [10, 20],
  },
  betpunch_3x3_rotate: {
    kind: "rotation",
    wrong: { angles: turns.with(0, 5) },
    right: { angles: turns },
    answer: turns,
  },
  baidu: { kind: "rotation", wrong: { angles: [] }, right: { angles: [42] }, answer: [42] },
  bls_3x3: { kind: "grid", wrong: { cells: [true] }, right: { cells: nine }, answer: nine },
  shein: {
    kind: "points",
    wrong: { points: [{ x: 9999, y: 1 }] },
    right: { points: [{ x: 10.5, y: 7 }] },
    answer: [{ X: 10.5, Y: 7 }],
  },
  dli: { kind: "text", wrong: { text: "  " }, right: { text: "abc" }, answer: "abc" },
  MathSum: { kind: "text", wrong: { text: "" }, right: { text: "12" }, answer: "12" },
  portugal_text_find_icon: { kind: "choice", wrong: { choice: 5 }, right: { choice: 2 }, answer: [3] },
  bills_audio: { kind: "audio", wrong: { text: "seven" }, right: { text: "4 7 1" }, answer: [4, 7, 1] },
};

const worker = await workspace.hire();
const events = await worker.events();

for (const { name, files, needs, answerType } of RECOGNITION_TASKS) {
  it(`${name} is answered by people`, async () => {
    const { kind, wrong, right, answer } = CASES[name] as Case;
    const file = needs === "Audio" ? sound : picture;
    const created = await call("createTask", {
      clientKey: caller.key,
      task: {
        type: "ComplexImageTask",
        class: "recognition",
        websiteURL: "https://shop.example/",
        imagesBase64: Array.from({ length: files }, () => file.toString("base64")),
        metadata: {
          Task: name,
          ...(needs === "TaskArgument" && { TaskArgument: "546" }),
          ...(needs === "Audio" && { PayloadType: "Audio" }),
        },
      },
    });
    assert.equal(created["errorId"], 0, JSON.stringify(created));
    const item = await worker.take();
    assert.equal(item.kind, kind);
    assert.equal(item.files.length, files);
    const last = await worker.call("GET", `items/${item.lease}/file/${files - 1}`);
    assert.deepEqual(last.body, file);
    assert.equal(last.headers["content-type"], needs === "Audio" ? "audio/wav" : "image/png");
    const refused = await worker.call("POST", `items/${item.lease}/answer`, { value: wrong, shownMs: 1 });
    assert.equal(refused.status, 422, JSON.stringify(refused.body));
    await worker.answer(item, right);
    const result = await call("getTaskResult", { clientKey: caller.key, taskId: created["taskId"] });
    assert.deepEqual(result["solution"], { answer, metadata: { AnswerType: answerType } });
  });
}

it("a TIFF is shown as a PNG of the same size", async () => {
  const tiff = await sharp(picture).tiff({ compression: "lzw" }).toBuffer();
  await call("createTask", {
    clientKey: caller.key,
    task: {
      type: "ComplexImageTask",
      class: "recaptcha",
      websiteURL: "https://shop.example/",
      imagesBase64: [tiff.toString("base64")],
      metadata: { Grid: "3x3", Task: "cars" },
    },
  });
  const item = await worker.take();
  const { width, height } = inspectImage(picture);
  assert.deepEqual(item.files, [{ type: "image/png", width, height, role: "task" }]);
  const shown = await worker.call("GET", `items/${item.lease}/file/0`);
  assert.equal(shown.headers["content-type"], "image/png");
  const pixels = (bytes: Buffer) => sharp(bytes).removeAlpha().raw().toBuffer();
  assert.deepEqual(await pixels(shown.body as Buffer), await pixels(picture));
  await worker.answer(item, { cells: nine });
});

it("hCaptcha's and FunCaptcha's classes too, with examples beside", async () => {
  const task = (given: object) => ({
    type: "ComplexImageTask",
    websiteURL: "https://shop.example/",
    ...given,
  });
  const ask = async (given: object) => {
    const created = await call("createTask", { clientKey: caller.key, task: task(given) });
    assert.equal(created["errorId"], 0, JSON.stringify(created));
    return created["taskId"];
  };
  const solution = async (taskId: unknown) =>
    (await call("getTaskResult", { clientKey: caller.key, taskId }))["solution"];

  const metadata = { Task: "Select all dogs" };
  const tiles = await ask({
    class: "hcaptcha",
    imagesBase64: [body, body],
    exampleImagesBase64: [body],
    metadata,
  });
  const grid = await worker.take();
  assert.deepEqual(
    grid.files.map(({ role }) => role),
    ["task", "task", "example"],
  );
  await worker.answer(grid, { cells: [true, false] });
  assert.deepEqual(await solution(tiles), { answer: [true, false], metadata: { AnswerType: "Grid" } });

  const five = await ask({
    class: "hcaptcha",
    imagesBase64: Array.from({ length: 5 }, () => body),
    metadata,
  });
  const uneven = await worker.take();
  assert(uneven.kind === "grid");
  const { rows, columns, cells: count } = uneven.ask;
  assert.deepEqual([rows, columns, count], [2, 3, 5]);
  await worker.answer(uneven, { cells: [true, false, false, true, false] });
  assert.deepEqual(await solution(five), {
    answer: [true, false, false, true, false],
    metadata: { AnswerType: "Grid" },
  });

  const single = await ask({ class: "hcaptcha", imagesBase64: [body], metadata });
  await worker.answer(await worker.take(), { points: [{ x: 1, y: 2 }] });
  assert.deepEqual(await solution(single), {
    answer: [{ X: 1, Y: 2 }],
    metadata: { AnswerType: "Coordinate" },
  });

  const fun = await ask({ class: "funcaptcha", imagesBase64: [body], metadata });
  const cells = await worker.take();
  assert(cells.kind === "grid");
  const picked = Array.from({ length: cells.ask.cells }, (_, at) => at === 0);
  await worker.answer(cells, { cells: picked });
  assert.deepEqual(await solution(fun), { answer: picked });
});

it("reaches a free worker fast, and leaves the books right", async (test) => {
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const started = performance.now();
    const created = call("createTask", {
      clientKey: caller.key,
      task: {
        type: "ComplexImageTask",
        class: "recaptcha",
        websiteURL: "https://shop.example/",
        imagesBase64: [body],
        metadata: { Grid: "1x1", Task: "Is it?" },
      },
    });
    let item = null;
    while (item === null) {
      await events.next("waiting");
      item = await worker.claim();
    }
    await worker.call("GET", `items/${item.lease}/file/0`);
    times.push(performance.now() - started);
    await created;
    await worker.answer(item, { cells: [true] });
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
  test.diagnostic(`createTask to the picture at the worker: median ${median.toFixed(0)} ms`);
  assert.deepEqual((await audit(desk.database)).faults, []);
  await events.close();
});
