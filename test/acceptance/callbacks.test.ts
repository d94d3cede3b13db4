import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { request } from "undici";
import type { ListedDelivery } from "../../src/callbacks/deliveries.ts";
import { until } from "../support/callbacks.ts";
import { cleanEnvironment, startGlyphdesk } from "../support/process.ts";
import { startReceiver } from "../support/receiver.ts";

const KEY = "callback-key-1";
const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-callbacks-"));
after(() => rm(dataDir, { recursive: true, force: true }));
const environment = {
  GLYPHDESK_DATA_DIR: dataDir,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_SOLVERS: "./bench/no-op-solver.js",
  GLYPHDESK_CALLBACK_ALLOW: "127.0.0.0/8",
  GLYPHDESK_LOG_LEVEL: "warn",
};
const picture = await readFile(new URL("../../docs/example.png", import.meta.url), "base64");

async function createTask(url: string, callbackUrl: unknown): Promise<Record<string, unknown>> {
  const body = JSON.stringify({
    clientKey: KEY,
    callbackUrl,
    task: { type: "ImageToTextTask", body: picture },
  });
  const answer = await request(`${url}/createTask`, { method: "POST", body });
  return (await answer.body.json()) as Record<string, unknown>;
}

async function glyphdesk<Answer>(...words: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["bin/glyphdesk.js", ...words, "--json", "--data-dir", dataDir],
    { env: cleanEnvironment() },
  );
  return JSON.parse(stdout) as Answer;
}

it("delivers after the server was killed between the end of the task and its delivery", async () => {
  const receiver = await startReceiver();
  receiver.answer = "hang";
  const first = await startGlyphdesk(environment);
  const { taskId } = await createTask(first.url, receiver.url);
  // The task has ended and its delivery is under way: the job is locked by a process that is about to die.
  await receiver.arrived(1);
  await first.stop("SIGKILL");

  receiver.answer = 200;
  const second = await startGlyphdesk(environment);
  try {
    await receiver.arrived(2);
    const [before, again] = receiver.received;
    assert.equal(again?.json["taskId"], taskId);
    assert.equal(again?.headers["webhook-id"], before?.headers["webhook-id"]);

    const delivery = await until("the log", async () => {
      const all = await glyphdesk<ListedDelivery[]>("callback", "list");
      return all[0]?.state === "delivered" ? all[0] : null;
    });
    assert.equal(delivery.taskId, taskId);
    assert.deepEqual(await glyphdesk("callback", "list", "--failing"), []);
    await glyphdesk("callback", "redeliver", delivery.delivery);
    await receiver.arrived(3);
    assert.equal(receiver.received[2]?.headers["webhook-id"], delivery.delivery);
    assert.match((await glyphdesk<{ secret: string }>("callback", "secret", "default")).secret, /^whsec_/);

    const refused = await createTask(second.url, "http://10.0.0.1/");
    assert.equal(refused["errorCode"], "ERROR_INVALID_TASK");
    assert.equal(refused["taskId"], 0);
    assert.match(String(refused["errorDescription"]), /^callbackUrl: .*10\.0\.0\.1 is not public/);
  } finally {
    assert.equal(await second.stop(), 0);
  }
  assert.doesNotMatch(second.stderr(), /whsec_/);
});

it("delivers everything when its database is killed under load", async (context) => {
  const receiver = await startReceiver();
  const server = await startGlyphdesk(environment);
  const created = new Set<unknown>();
  const stop = new AbortController();
  const load = Promise.all([1, 2, 3].map(() => keepCreating(server.url, receiver.url, created, stop.signal)));
  // Awaited below; until then a rejection must not end the test before the server is stopped.
  load.catch(() => undefined);
  const more = async (count: number) => {
    const known = created.size;
    await until(`${count} more tasks`, async () => created.size >= known + count);
  };
  try {
    await more(40);
    const file = await readFile(join(dataDir, "postgresql/cluster/postmaster.pid"), "utf8");
    process.kill(Number.parseInt(file, 10), "SIGKILL");
    await more(40);
    stop.abort();
    await load;
    await until("every callback", async () => {
      const arrived = new Set(receiver.received.map(({ json }) => json["taskId"]));
      return created.isSubsetOf(arrived);
    });
    context.diagnostic(`${created.size} tasks, ${receiver.received.length} deliveries`);
    assert.equal(server.process.exitCode, null);
  } finally {
    stop.abort();
    assert.equal(await server.stop(), 0, server.stderr().slice(-4_000));
  }
});

/** Creates tasks one after the other and notes those that were acknowledged. */
async function keepCreating(
  url: string,
  callbackUrl: string,
  created: Set<unknown>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { errorId, taskId } = await createTask(url, callbackUrl);
    if (errorId === 0) created.add(taskId);
    else await delay(20);
  }
}
