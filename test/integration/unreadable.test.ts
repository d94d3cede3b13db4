import assert from "node:assert/strict";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createTestApp, parseAnswer } from "../support/app.ts";

/** What never becomes a request, or hardly. */
const { app, desk } = await createTestApp();
const { key } = await desk.addAccount("payer", 1_000_000);
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;

/** Sends the head of a request and answers what comes until the connection ends. */
async function exchange(line: string, ...headers: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${[line, "Host: desk", ...headers].join("\r\n")}\r\n\r\n`);
  return text(socket);
}

/** As parseAnswer, of an answer as it stood on the wire. */
function parsed(answer: string): Record<string, unknown> {
  const [, status, head = "", body = ""] =
    /^HTTP\/1\.1 (\d+)[^\r]*\r\n([^]*?)\r\n\r\n([^]*)$/.exec(answer) ?? [];
  const headers = Object.fromEntries(head.split("\r\n").map((line) => line.split(": ", 2)));
  assert.equal(headers["access-control-allow-origin"], "*");
  return parseAnswer({ statusCode: Number(status), headers, body });
}

describe("the head of a request", () => {
  it("holds a task of the 2Captcha dialect in its address", async () => {
    const address = `/in.php?json=1&key=${key}&method=userrecaptcha&googlekey=k&cookies=${"c".repeat(50_000)}`;
    const answer = await exchange(`GET ${address} HTTP/1.1`, "Connection: close");
    assert.match(answer, /^HTTP\/1\.1 200 OK[^]*"request":"ERROR_PAGEURL"/);
  });

  it("is refused in the protocol's shape when it is larger, and the connection ends", async () => {
    for (const path of [`/in.php?body=${"x".repeat(80_000)}`, "/createTask"]) {
      const answer = parsed(await exchange(`POST ${path} HTTP/1.1`, `X-Much: ${"x".repeat(80_000)}`));
      assert.equal(answer["errorCode"], "ERROR_TOO_BIG_CAPTCHA_FILESIZE");
      assert.match(String(answer["errorDescription"]), /more than 65536 bytes.*POST/);
    }
  });
});

it("a request that does not arrive whole is refused in the protocol's shape", async () => {
  // Node looks for late ones every 30 s: here it is told that one is late.
  app.server.once("connection", (socket) => {
    const late = Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
    app.server.emit("clientError", late, socket);
  });
  const answer = parsed(await exchange("POST /createTask HTTP/1.1", "Content-Length: 100"));
  assert.equal(answer["errorCode"], "ERROR_TASK_ABSENT");
  assert.match(String(answer["errorDescription"]), /within 30 seconds/);
});

it("what is not HTTP is told so", async () => {
  assert.match(await exchange("\x16\x03\x01"), /^HTTP\/1\.1 400 Bad Request\r\n[^]*ERROR_NO_SUCH_METHOD/);
});
