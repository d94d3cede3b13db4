import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, it } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/embedded.ts";
import { startGlyphdesk } from "../support/process.ts";

/** What the built server's own logger writes about real faults. */
const KEY = "log-test-key-1";
const { database, url } = await createTestDatabase();
const server = await startGlyphdesk({
  GLYPHDESK_DATABASE_URL: url,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_SOLVERS: "./test/support/unstorable-solver.js",
  GLYPHDESK_LOG_LEVEL: "debug",
});
after(() => server.stop());

const logged = (message: string) =>
  eventually(() => {
    const lines = server.stderr().split("\n");
    return lines.find((line) => line.startsWith("{") && line.endsWith("}") && line.includes(message)) ?? "";
  });

it("an answer that cannot be stored is not in the log", async () => {
  const body = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");
  const task = { type: "ImageToTextTask", body };
  const answer = await fetch(`${server.url}/createTask`, {
    method: "POST",
    body: JSON.stringify({ clientKey: KEY, task }),
  });
  assert.equal(((await answer.json()) as { errorId: number }).errorId, 0);
  const line = await logged("an answer cannot be stored");
  assert.match(line, /"code":"22P05"/);
  assert(!server.stderr().includes("SECRETANSWER"), line);
});

it("what a library prints is a line of the log", async () => {
  assert.match(await logged("a library reports trouble"), /"reason":"printed past the log"/);
});

it("a connection that breaks is one short line without the key that cancels its statements", async () => {
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  for (const message of ["database connection broke", "a connection of the job queue broke"]) {
    const line = await logged(message);
    assert.match(line, /"code":"57P01"/);
    assert(line.length < 3_000, `${line.length} characters`);
  }
  assert(!/secretKey|connectionParameters|SECRETANSWER/.test(server.stderr()));
});
