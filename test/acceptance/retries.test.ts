import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { glyphdesk, startGlyphdesk } from "../support/process.ts";

/** What goes beyond the protocol, on the built server: keys limited by command, and retries over the server's death. */
const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-retries-"));
const environment = { GLYPHDESK_DATA_DIR: dataDir, GLYPHDESK_BALANCE: "1" };
let server = await startGlyphdesk(environment);
after(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});
const picture = await readFile(new URL("../../docs/example.png", import.meta.url), "base64");

async function call(method: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${server.url}/${method}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function makeKey(...flags: string[]): Promise<string> {
  const made = JSON.parse(await glyphdesk(dataDir, "key", "create", "default", "--json", ...flags)) as {
    key: string;
  };
  return made.key;
}

it("makes one task of one Idempotency-Key, also when the server was killed in between", async () => {
  const clientKey = await makeKey();
  const body = { clientKey, task: { type: "ImageToTextTask", body: picture } };
  const name = { "idempotency-key": "order-4711" };
  const first = await call("createTask", body, name);
  assert.equal(first["errorId"], 0);
  await server.stop("SIGKILL");
  server = await startGlyphdesk(environment);
  assert.equal((await call("createTask", body, name))["taskId"], first["taskId"]);
  const other = { clientKey, task: { ...body.task, numeric: 1 } };
  assert.equal((await call("createTask", other, name))["errorCode"], "ERROR_INVALID_TASK");
  const done = await call("getTaskResult", { clientKey, taskId: first["taskId"], wait: 15 });
  assert.deepEqual(done["solution"], { text: "zQV6R" });
  assert.equal((await call("getBalance", { clientKey }))["balance"], 1 - 0.00003, "charged once");
});

it("answers within createTask, with the confidence that was asked for", async () => {
  const clientKey = await makeKey();
  const answer = await call("createTask", {
    clientKey,
    wait: 15,
    task: { type: "ImageToTextTask", body: picture, confidence: true },
  });
  const { text, confidence } = answer["solution"] as { readonly text: string; readonly confidence: number };
  assert.equal(text, "zQV6R");
  assert(confidence > 0.5 && confidence <= 1, String(confidence));
});

it("keeps a key to what its operator allows", async () => {
  const task = { type: "ImageToTextTask", body: picture };
  const refusal = async (...flags: string[]) =>
    (await call("createTask", { clientKey: await makeKey(...flags), task }))["errorCode"];
  assert.equal(await refusal("--types", "TurnstileTask"), "ERROR_TASK_NOT_SUPPORTED");
  assert.equal(await refusal("--ips", "203.0.113.0/24"), "ERROR_IP_NOT_ALLOWED");
  assert.equal(await refusal("--total", "0.00001"), "ERROR_ZERO_BALANCE");
  assert.equal(await refusal("--daily", "1", "--types", "ImageToTextTask", "--ips", "127.0.0.1"), undefined);
  const clientKey = await makeKey("--total", "0.00005");
  assert.equal((await call("createTask", { clientKey, task }))["errorId"], 0);
  assert.equal((await call("createTask", { clientKey, task }))["errorCode"], "ERROR_ZERO_BALANCE");
});
