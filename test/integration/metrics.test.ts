import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, it } from "node:test";
import { createKey } from "../../src/accounts/keys.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import { inviteWorker } from "../../src/people/workers.ts";
import { KINDS } from "../../src/protocol/workspace.ts";
import { startServer } from "../../src/server.ts";
import { setRule } from "../../src/tasks/rules.ts";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/embedded.ts";
import { Browser } from "../support/workspace.ts";

const { database, url: databaseUrl } = await createTestDatabase();
const key = "metrics-test-key-1";
const config = loadConfig({
  GLYPHDESK_DATABASE_URL: databaseUrl,
  GLYPHDESK_API_KEY: key,
  GLYPHDESK_PORT: "0",
  GLYPHDESK_SOLVERS: "./bench/no-op-solver.js",
});
const first = await startServer(config, silentLogger);
const peopleKey = await createKey(database, "default");
await setRule(database, { key: peopleKey, type: null }, { mode: "people", consensus: "1" });
await first.stop();
const server = await startServer(config, silentLogger);
after(() => server.stop());
const body = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");

async function call(method: string, request: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}/${method}`, { method: "POST", body: JSON.stringify(request) });
  const answer = (await response.json()) as Record<string, unknown>;
  assert.equal(answer["errorId"], 0, JSON.stringify(answer));
  return answer;
}

async function create(clientKey: string, extra: object = {}): Promise<number> {
  const task = { type: "ImageToTextTask", body };
  return Number((await call("createTask", { clientKey, task, ...extra }))["taskId"]);
}

/** The figures of tasks and answers, those that are 0 left out. */
async function figures(): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.matchAll(/^glyphdesk_((?:tasks|answers)_\S+) (\d+)$/gm);
  return Object.fromEntries(
    [...lines].flatMap(([, name = "", value]) => (Number(value) === 0 ? [] : [[name, Number(value)]])),
  );
}

it("counts each task once as created and once as ended, whoever ends it; and what goes back by itself", async () => {
  await create(key, { wait: 15 });
  const worker = new Browser(server.url);
  await worker.acceptInvite(
    await inviteWorker(database, { name: "one", role: "worker", kinds: KINDS, languages: [] }),
  );
  const events = await worker.events();
  await create(peopleKey);
  await worker.answer(await worker.take(), { text: "read" });
  const given = await create(peopleKey);
  const item = await worker.take();
  await worker.post(`items/${item.lease}/release`);
  const waiting = await figures();
  assert.equal(waiting['tasks_queued{lane="people-text"}'], 1);
  for (let time = 0; time < 2; time += 1) await call("cancelTask", { clientKey: peopleKey, taskId: given });
  const over = await create(peopleKey);
  await database.query("update tasks set deadline_at = now() where id = $1", [over]);
  const expired = 'tasks_settled_total{solver="none",outcome="expired"}';
  await eventually(async () => (await figures())[expired] === 1);
  await events.close();
  const { 'tasks_queued{lane="people-text"}': _, ...counted } = await figures();
  assert.deepEqual(counted, {
    'tasks_created_total{type="ImageToTextTask"}': 4,
    'tasks_settled_total{solver="no-op",outcome="solved"}': 1,
    'tasks_settled_total{solver="people",outcome="solved"}': 1,
    'tasks_settled_total{solver="none",outcome="cancelled"}': 1,
    [expired]: 1,
    'tasks_requeued_total{solver="people"}': 1,
    'tasks_swept_total{action="expired"}': 1,
  });
});
