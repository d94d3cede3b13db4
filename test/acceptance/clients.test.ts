import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import capmonster from "@zennolab_com/capmonstercloud-client";
import { ImageToTextTask } from "node-capmonster";
import { goldenBase64, goldenPictures } from "../support/golden.ts";
import { glyphdesk, startGlyphdesk } from "../support/process.ts";

/** Unmodified clients from npm against the built server with its own recogniser and its embedded database. */
const { CapMonsterCloudClientFactory, ClientOptions, ImageToTextRequest } = capmonster;
const KEY = "acceptance-key-1";

const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-acceptance-"));
const server = await startGlyphdesk({
  GLYPHDESK_DATA_DIR: dataDir,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_BALANCE: "1",
});
after(async () => {
  assert.equal(await server.stop(), 0);
  await rm(dataDir, { recursive: true, force: true });
});

// The client offers no option for its address; its base class reads it from a static field.
Reflect.set(Object.getPrototypeOf(ImageToTextTask) as object, "hostUrl", server.url);

const pictures = await goldenPictures();

describe("@zennolab_com/capmonstercloud-client", () => {
  const create = (clientKey: string) =>
    CapMonsterCloudClientFactory.Create(new ClientOptions({ clientKey, serviceUrl: server.url }));

  it("gets a folder of pictures read, and pays for each", async () => {
    const client = create(KEY);
    const before = await client.getBalance();
    let right = 0;
    for (const picture of pictures) {
      const { file, answer } = picture;
      const result = await client.Solve(
        new ImageToTextRequest({ body: await goldenBase64(picture), Case: true }),
      );
      assert.equal(result.error, undefined, file);
      if (result.solution?.text.toLowerCase() === answer.toLowerCase()) right += 1;
    }
    assert(right >= pictures.length * 0.9, `${right} of ${pictures.length} right`);
    const { balance } = await client.getBalance();
    assert.equal(Math.round((before.balance - balance) * 1e6), pictures.length * 30);
  });

  it("is told of a threshold that was not reached, which costs nothing", async () => {
    const client = create(KEY);
    const before = await client.getBalance();
    const noise = await readFile(new URL("../../docs/example.png", import.meta.url));
    noise.fill(0, 200, 260);
    const result = await client.Solve(
      new ImageToTextRequest({ body: noise.toString("base64"), recognizingThreshold: 100 }),
    );
    assert.equal(result.error, "CAPTCHA_UNSOLVABLE");
    assert.deepEqual(await client.getBalance(), before);
  });

  it("is told of a wrong key and of an empty balance", async () => {
    await assert.rejects(create("no-such-key").getBalance(), /KEY_DOES_NOT_EXIST/);
    await glyphdesk(dataDir, "account", "create", "broke");
    const key = await glyphdesk(dataDir, "key", "create", "broke");
    const result = create(key.trim()).Solve(
      new ImageToTextRequest({ body: await goldenBase64(pictures[0] ?? assert.fail()) }),
    );
    assert.equal((await result).error, "ZERO_BALANCE");
  });
});

describe("node-capmonster", () => {
  it("gets a picture read", async () => {
    const client = new ImageToTextTask(KEY);
    assert((await client.getBalance()) > 0);
    const picture = pictures.find(({ file }) => file.startsWith("captchapng"));
    assert(picture);
    const taskId = await client.createWithTask(
      client.task({ body: await goldenBase64(picture), numeric: 1, CapMonsterModule: "universal" }),
    );
    const { text } = await client.joinTaskResult(taskId);
    assert.equal(text, picture.answer);
  });

  it("is told of a wrong key, of an unknown id, and of what is no picture", async () => {
    await assert.rejects(new ImageToTextTask("no-such-key").getBalance(), /ERROR_KEY_DOES_NOT_EXIST/);
    const client = new ImageToTextTask(KEY);
    await assert.rejects(client.getTaskResult(2_000_000_000), /ERROR_NO_SUCH_CAPCHA_ID/);
    const text = Buffer.from("this is no picture".repeat(20)).toString("base64");
    await assert.rejects(
      client.createWithTask(client.task({ body: text })),
      /ERROR_INVALID_TASK.*not an image/,
    );
  });
});
