import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import sharp from "sharp";
import { inspectImage } from "../../src/protocol/inspect-image.ts";
import { claim } from "../../src/tasks/claim.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createPeopleStage } from "../support/people-stage.ts";

/** Pictures that EXIF says are to be turned: everybody sees, reads and answers them as a browser shows them. */
const stage = await createPeopleStage();
const { desk, caller } = stage;
const runCommand = startCommands({ GLYPHDESK_DATABASE_URL: desk.url });
const [WIDTH, HEIGHT] = [60, 40];

/** Stored 60 × 40 with a red corner at the top left of the stored pixels; shown as the orientation says. */
async function turned(
  orientation: number,
  format: "jpeg" | "png" | "webp" | "tiff" = "jpeg",
): Promise<Buffer> {
  const corner = { create: { width: 20, height: 20, channels: 3, background: "#f00" } } as const;
  const file = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: "#fff" } })
    .composite([{ input: corner, left: 0, top: 0 }])
    .withMetadata({ orientation })
    .toFormat(format)
    .toBuffer();
  assert.equal((await sharp(file).metadata()).orientation, orientation);
  return file;
}

/** Where the red corner is in a picture's pixels, decoded without regard to EXIF. */
async function cornerOf(file: Buffer): Promise<readonly [string, string]> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const isRed = (x: number, y: number) => (data[(y * info.width + x) * 3 + 1] ?? 0) < 128;
  const found = [
    [10, 10, "left", "top"],
    [info.width - 10, 10, "right", "top"],
    [10, info.height - 10, "left", "bottom"],
    [info.width - 10, info.height - 10, "right", "bottom"],
  ].filter(([x, y]) => isRed(Number(x), Number(y)));
  assert.equal(found.length, 1);
  return [String(found[0]?.[2]), String(found[0]?.[3])];
}

/** By the EXIF standard: where the stored top left corner is shown, and whether width and height change places. */
const SHOWN: readonly (readonly [orientation: number, x: string, y: string, swapped: boolean])[] = [
  [2, "right", "top", false],
  [3, "right", "bottom", false],
  [4, "left", "bottom", false],
  [5, "left", "top", true],
  [6, "right", "top", true],
  [7, "right", "bottom", true],
  [8, "left", "bottom", true],
];

async function machineImage(body: Buffer): Promise<Buffer> {
  await caller.create({ type: "ImageToTextTask", body: body.toString("base64") });
  const request = { lane: "machine", limit: 1, leasedBy: "test", leaseMs: 60_000 };
  const [task] = await claim(desk.database, desk.images, request);
  assert(task?.image);
  return task.image;
}

it("the recogniser is given them upright", async () => {
  for (const [orientation, x, y, swapped] of SHOWN) {
    const image = await machineImage(await turned(orientation));
    const size = swapped ? { width: HEIGHT, height: WIDTH } : { width: WIDTH, height: HEIGHT };
    assert.deepEqual(inspectImage(image), { format: "jpeg", ...size }, String(orientation));
    assert.deepEqual(await cornerOf(image), [x, y], String(orientation));
    assert.equal((await sharp(image).metadata()).orientation, undefined);
  }
});

it("PNG, WebP and TIFF too, without loss", async () => {
  for (const format of ["png", "webp", "tiff"] as const) {
    const image = await machineImage(await turned(6, format));
    assert.deepEqual(inspectImage(image), { format: "png", width: HEIGHT, height: WIDTH });
    assert.deepEqual(await cornerOf(image), ["right", "top"], format);
  }
});

it("check items are drawn upright too", async () => {
  const folder = await mkdtemp(join(tmpdir(), "glyphdesk-turned-"));
  try {
    await writeFile(join(folder, "a.jpg"), await turned(6));
    await writeFile(join(folder, "labels.tsv"), "a.jpg\tred\n");
    assert.deepEqual(await answerOf(runCommand("gold", "add", folder, "--json")), { added: 1, read: 1 });
    const [check] = await desk.database.query<{ files: Buffer }>("select files from check_items");
    assert.deepEqual(await cornerOf(check?.files ?? Buffer.alloc(0)), ["right", "top"]);
    await answerOf(runCommand("gold", "clear", "--json"));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("what is upright already is kept as it came, byte for byte", async () => {
  const file = await turned(1);
  assert(file.includes("Exif"));
  assert.deepEqual(await machineImage(file), file);
});

it("a worker is shown the same pixels in which places are answered, also among others", async () => {
  await stage.withWorkers(1, async ([worker]) => {
    assert(worker);
    const id = await caller.create({
      type: "ComplexImageTask",
      class: "recognition",
      websiteURL: "https://shop.example/",
      imagesBase64: [(await turned(6)).toString("base64")],
      metadata: { Task: "shein" },
    });
    const item = await worker.take();
    const [file] = item.files;
    assert.deepEqual([file?.width, file?.height], [HEIGHT, WIDTH]);
    const { body } = await worker.call("GET", `items/${item.lease}/file/0`);
    assert.deepEqual(await cornerOf(body as Buffer), ["right", "top"]);
    // The corner's place in the pixels as they were stored, and beyond the edge of those that are shown.
    for (const x of [WIDTH - 5, HEIGHT]) {
      const outside = { value: { points: [{ x, y: 5 }] }, shownMs: 1 };
      assert.equal((await worker.call("POST", `items/${item.lease}/answer`, outside)).status, 422);
    }
    await worker.answer(item, { points: [{ x: HEIGHT - 5, y: WIDTH - 50 }] });
    assert.deepEqual((await caller.result(id))["solution"], {
      answer: [{ X: 35, Y: 10 }],
      metadata: { AnswerType: "Coordinate" },
    });
    await caller.create({
      type: "ComplexImageTask",
      class: "recognition",
      websiteURL: "https://shop.example/",
      imagesBase64: [stage.picture, (await turned(8)).toString("base64")],
      metadata: { Task: "oocl_rotate_new" },
    });
    const two = await worker.take();
    assert.deepEqual(
      two.files.map(({ width, height, role }) => [width, height, role]),
      [
        [150, 50, "task"],
        [HEIGHT, WIDTH, "task"],
      ],
    );
    const first = await worker.call("GET", `items/${two.lease}/file/0`);
    assert.deepEqual(first.body, Buffer.from(stage.picture, "base64"));
  });
});
