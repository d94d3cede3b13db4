import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import test from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import { makeDataDir, postmasterPid, query, start, startChild } from "../support/embedded.ts";

test("a second server refuses, names the directory and the owner, and does not disturb it", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir);
  const before = await postmasterPid(dataDir);
  const second = startChild(t, dataDir);
  const answer = await second.answer;
  assert.equal(answer.kind, "operator");
  assert.ok(answer.message?.includes(dataDir));
  assert.ok(answer.message?.includes(`process ${process.pid}`));
  await assert.rejects(start(t, dataDir), /in use by another Glyphdesk server/);

  assert.equal(await postmasterPid(dataDir), before);
  assert.deepEqual(await query(server.connection, "select 1 as one"), [{ one: 1 }]);
  const third = startChild(t, dataDir);
  assert.equal((await third.answer).event, "failed", "the lock survived the refusals");
});

test("of two first starts at once one wins; a guest that comes at the same time waits and works", async (t) => {
  const dataDir = await makeDataDir(t);
  const contenders = [startChild(t, dataDir), startChild(t, dataDir)];
  const guest = startChild(t, dataDir, { role: "guest" });
  const answers = await Promise.all(contenders.map(async ({ answer }) => answer));
  assert.deepEqual(answers.map(({ event }) => event).sort(), ["failed", "up"]);
  const refusal = answers.find(({ event }) => event === "failed");
  assert.equal(refusal?.kind, "operator");

  const welcome = await guest.answer;
  assert.equal(welcome.event, "up", welcome.message);
  assert.deepEqual(await query(welcome.connection, "select 1 as one"), [{ one: 1 }]);
  await guest.kill("SIGTERM");
  assert.notEqual(await postmasterPid(dataDir), null, "the guest left the server its database");
});

test("a guest starts the database for its visit; the last of several guests stops it", async (t) => {
  const dataDir = await makeDataDir(t);
  const first = await start(t, dataDir, "guest");
  const pid = await postmasterPid(dataDir);
  const second = startChild(t, dataDir, { role: "guest" });
  assert.equal((await second.answer).event, "up");
  await first.stop();
  assert.equal(await postmasterPid(dataDir), pid, "the second guest still uses it");
  assert.deepEqual(await query(first.connection, "select 1 as one"), [{ one: 1 }]);
  await second.kill("SIGTERM");
  assert.equal(await postmasterPid(dataDir), null);
});

test("a server adopts the database that a guest started, and keeps it when the guest leaves", async (t) => {
  const dataDir = await makeDataDir(t);
  const guest = await start(t, dataDir, "guest");
  const pid = await postmasterPid(dataDir);
  const server = await start(t, dataDir);
  await guest.stop();
  assert.equal(await postmasterPid(dataDir), pid);
  assert.deepEqual(await query(server.connection, "select 1 as one"), [{ one: 1 }]);
  await server.stop();
  assert.equal(await postmasterPid(dataDir), null);
});

test("a guest that was killed leaves a database that the next guest uses and stops", async (t) => {
  const dataDir = await makeDataDir(t);
  const doomed = startChild(t, dataDir, { role: "guest" });
  assert.equal((await doomed.answer).event, "up");
  const pid = await postmasterPid(dataDir);
  await doomed.kill("SIGKILL");
  const next = await start(t, dataDir, "guest");
  assert.equal(await postmasterPid(dataDir), pid);
  await next.stop();
  assert.equal(await postmasterPid(dataDir), null);
});

test("a database that answers but whose process is not to be seen (another container) is not doubled", async (t) => {
  const dataDir = await makeDataDir(t);
  await (await start(t, dataDir, "guest")).stop();
  const { runDir } = layoutOf(dataDir);
  const elsewhere = createServer((socket) => socket.destroy());
  elsewhere.listen(path.join(runDir, ".s.PGSQL.5432"));
  await once(elsewhere, "listening");
  t.after(() => elsewhere.close());
  await assert.rejects(start(t, dataDir), OperatorError);
  assert.equal(await postmasterPid(dataDir), null);
  elsewhere.close();
  await once(elsewhere, "close");
  await start(t, dataDir);
});

test("the log of the database holds no statement and no value", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir);
  await assert.rejects(query(server.connection, "select 'secret-value'::int"));
  await server.stop();
  const log = await readFile(layoutOf(dataDir).logFile, "utf8");
  assert.match(log, /ready to accept connections/);
  assert.doesNotMatch(log, /STATEMENT/);
});
