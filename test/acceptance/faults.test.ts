import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, describe, it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { startEmbedded } from "../../src/database/embedded/start-embedded.ts";
import { startGlyphdesk, type ChildServer } from "../support/process.ts";

/** The built server with its recogniser on a database of its own, which is stopped under it. */
const KEY = "faults-key-1";
const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-faults-"));
const startDatabase = () => startEmbedded({ dataDir, role: "server", logger: silentLogger });
let database = await startDatabase();
const { host, port, user, database: name } = database.connection;
const started: ChildServer[] = [];
after(async () => {
  for (const child of started) await child.stop();
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
const server = await startGlyphdesk({
  GLYPHDESK_DATABASE_URL: `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_LOG_LEVEL: "silent",
});
started.push(server);

const picture = await readFile(new URL("../../docs/example.png", import.meta.url));

async function call(method: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}/${method}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return (await answer.json()) as Record<string, unknown>;
}

const create = (bytes: Buffer) =>
  call("createTask", { clientKey: KEY, task: { type: "ImageToTextTask", body: bytes.toString("base64") } });

/** Asks until the task has ended; the test's own time-out bounds it. */
async function result(taskId: unknown): Promise<Record<string, unknown>> {
  for (;;) {
    const answer = await call("getTaskResult", { clientKey: KEY, taskId });
    if (answer["status"] !== "processing") return answer;
    await delay(10);
  }
}

async function residentKilobytes(): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
}

describe("hostile pictures", () => {
  it("are refused or unsolvable with a sentence, and the next task is served", async () => {
    const read = await result((await create(picture))["taskId"]);
    assert.deepEqual(read["solution"], { text: "zQV6R" });
    const before = await residentKilobytes();

    const bomb = Buffer.from(picture);
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    assert.equal((await create(bomb))["errorCode"], "ERROR_TOO_BIG_CAPTCHA_FILESIZE");
    assert.equal((await create(Buffer.alloc(5000, "<html>")))["errorCode"], "ERROR_INVALID_TASK");

    const truncated = await result((await create(picture.subarray(0, 2000)))["taskId"]);
    assert.equal(truncated["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
    assert.match(String(truncated["errorDescription"]), /damaged|cut off|incomplete/i);

    // A header that promises little over data that hold something else.
    const liar = Buffer.from(picture);
    liar.writeUInt32BE(2000, 16);
    const lied = await result((await create(liar))["taskId"]);
    assert.equal(lied["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");

    assert.deepEqual((await result((await create(picture))["taskId"]))["solution"], { text: "zQV6R" });
    assert((await residentKilobytes()) - before < 100_000);
  });
});

describe("a stopped database", () => {
  it("refuses in the protocol's shape, puts polls off, writes nothing by halves, and is used again once it is back", async () => {
    const balance = (await call("getBalance", { clientKey: KEY }))["balance"];
    await database.stop();
    for (const answer of await Promise.all([create(picture), call("getBalance", { clientKey: KEY })])) {
      assert.equal(answer["errorCode"], "ERROR_SERVICE_NOT_AVAILABLE");
    }
    // Not the id of a task solved here: its result is answered from memory.
    const poll = { clientKey: KEY, taskId: 2_000_000_000 };
    assert.deepEqual(await call("getTaskResult", poll), { errorId: 0, status: "processing" });
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 503);
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200);

    database = await startDatabase();
    assert.equal((await call("getBalance", { clientKey: KEY }))["balance"], balance);
    assert.equal((await call("getTaskResult", poll))["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    assert.deepEqual((await result((await create(picture))["taskId"]))["solution"], { text: "zQV6R" });
  });
});
