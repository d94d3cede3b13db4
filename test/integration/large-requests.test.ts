import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { EXAMPLE_PICTURE } from "../../src/protocol/catalogue/images.ts";
import { createPeopleStage } from "../support/people-stage.ts";

const stage = await createPeopleStage();
const { app, call, caller } = stage;
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;

/** A picture of 50 KB, the most that the protocol allows. */
const picture = Buffer.concat([Buffer.from(EXAMPLE_PICTURE, "base64"), Buffer.alloc(51_200)])
  .subarray(0, 51_200)
  .toString("base64");
const grid = (pictures: number, examples: number) => ({
  type: "ComplexImageTask",
  class: "hcaptcha",
  websiteURL: "https://shop.example/",
  imagesBase64: Array.from({ length: pictures }, () => picture),
  exampleImagesBase64: Array.from({ length: examples }, () => picture),
  metadata: { Task: "Select all dogs" },
});

/** Sends a request as fast as it is taken. */
function post(path: string, body: Buffer, headers: readonly string[] = []): Socket {
  const socket = connect(port, "127.0.0.1");
  const head = [`POST ${path} HTTP/1.1`, "Host: desk", `Content-Length: ${body.byteLength}`, ...headers];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  socket.write(body);
  return socket;
}

describe("the largest request", () => {
  it("holds a task of as many pictures as the protocol allows, and examples", async () => {
    await stage.withWorkers(1, async ([worker]) => {
      assert(worker);
      await caller.create(grid(18, 18));
      const item = await worker.take();
      assert.equal(item.files.length, 36);
      await worker.answer(item, { cells: Array.from({ length: 18 }, (_, at) => at === 0) });
    });
    const answer = await call("createTask", { clientKey: caller.key, task: grid(19, 0) });
    assert.match(String(answer["errorDescription"]), /at most 18 pictures, got 19/);
  });

  it("does not hold a larger picture than is allowed", async () => {
    const body = Buffer.alloc(600_000, EXAMPLE_PICTURE, "base64").toString("base64");
    const answer = await call("createTask", {
      clientKey: caller.key,
      task: { type: "ImageToTextTask", body },
    });
    assert.match(String(answer["errorDescription"]), /body holds 600000 bytes; at most 500000/);
  });
});

describe("a body that is far too large", () => {
  const refused = /^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*ERROR_TOO_BIG_CAPTCHA_FILESIZE/i;

  it("is answered whatever the path, and the connection ends although the client goes on", async () => {
    for (const path of ["/createTask", "/in.php", "/no-such-method"]) {
      const socket = post(path, Buffer.alloc(40_000_000, " "));
      assert.match(await text(socket), path === "/no-such-method" ? /^HTTP\/1\.1 200/ : refused, path);
      if (!socket.closed) await once(socket, "close");
    }
  });

  it("is cut off when it never ends", async () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => void socket.once("close", resolve));
    let answer = "";
    socket.setEncoding("utf8").on("data", (data: string) => (answer += data));
    socket.write("POST /createTask HTTP/1.1\r\nHost: desk\r\nContent-Length: 900000000000\r\n\r\n");
    const chunk = Buffer.alloc(1_000_000, " ");
    const more = () => void socket.write(chunk, (error) => !error && more());
    more();
    await closed;
    assert.match(answer, refused);
  });

  it("is measured as it is meant: a small one that unpacks to a large one ends the connection too", async () => {
    const socket = post("/getBalance", gzipSync(Buffer.alloc(40_000_000, " ")), ["Content-Encoding: gzip"]);
    assert.match(await text(socket), refused);
  });

  it("leaves the connection open when it ends soon after the limit", async () => {
    const socket = post("/getBalance", Buffer.alloc(4_000_000, " "));
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.match(data.toString(), /^HTTP\/1\.1 200 OK[^]*connection: keep-alive/i);
    socket.write(`GET /health/live HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n`);
    assert.match(await text(socket), /HTTP\/1\.1 200 OK/);
  });
});
