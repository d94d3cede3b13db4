import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import { startServer } from "../../src/server.ts";
import { createTestDatabase } from "../support/database.ts";

const { url: database } = await createTestDatabase();
const key = "runner-role-key-0123456789";

async function start(role: string): Promise<string> {
  const server = await startServer(
    loadConfig({
      GLYPHDESK_DATABASE_URL: database,
      GLYPHDESK_API_KEY: key,
      GLYPHDESK_ROLE: role,
      GLYPHDESK_PORT: "0",
    }),
    silentLogger,
  );
  after(() => server.stop());
  return server.url;
}

const api = await start("api");
const runner = await start("runner");

const call = async (method: string, body: object) => {
  const response = await fetch(`${api}/${method}`, { method: "POST", body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
};

it("a runner answers whoever watches over it and nobody else", async () => {
  for (const path of ["/health/live", "/health/ready", "/metrics"]) {
    assert.equal((await fetch(runner + path)).status, 200, path);
  }
  for (const path of ["/getBalance", "/in.php", "/workspace/", "/console/api/workers", "/docs"]) {
    const response = await fetch(runner + path, {
      method: "POST",
      body: JSON.stringify({ clientKey: key }),
    });
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /GLYPHDESK_ROLE=runner/);
  }
});

it("and solves what a process that runs no solver was handed", async () => {
  const body = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");
  const { taskId } = await call("createTask", { clientKey: key, task: { type: "ImageToTextTask", body } });
  const answer = await call("getTaskResult", { clientKey: key, taskId, wait: 15 });
  assert.equal(answer["status"], "ready", JSON.stringify(answer));
});
