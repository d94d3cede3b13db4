import assert from "node:assert/strict";
import { mkdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import { startEmbedded } from "../../src/database/embedded/start-embedded.ts";
import {
  afterwards,
  eventually,
  homeEntries,
  isRoot,
  makeDataDir,
  NOBODY,
  openToOthers,
  postmasterPid,
  query,
  start,
  startChild,
} from "../support/embedded.ts";

const logger = silentLogger;

test("a first start makes a durable, closed database in seconds; the next start is quick and finds the data", async (t) => {
  const dataDir = await makeDataDir(t);
  const before = performance.now();
  const first = await start(t, dataDir);
  const firstMs = performance.now() - before;

  await query(first.connection, "create table kept as select 42 as answer");
  const [settings] = await query(
    first.connection,
    `select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes') as durable,
            current_setting('listen_addresses') as network, current_setting('server_encoding') as encoding,
            current_setting('data_checksums') as checksums`,
  );
  assert.deepEqual(settings, { durable: "ononon", network: "", encoding: "UTF8", checksums: "on" });
  const { home, runDir, cluster } = layoutOf(dataDir);
  for (const directory of [home, runDir, cluster]) {
    assert.equal((await stat(directory)).mode & 0o777, 0o700, directory);
  }
  assert.notEqual((await stat(cluster)).uid, 0, "PostgreSQL does not run as root");
  await first.stop();
  await first.stop();
  assert.equal(await postmasterPid(dataDir), null);

  const again = performance.now();
  const second = await start(t, dataDir);
  const warmMs = performance.now() - again;
  assert.deepEqual(await query(second.connection, "select answer from kept"), [{ answer: 42 }]);
  await second.stop();

  t.diagnostic(`first start ${Math.round(firstMs)} ms, warm start ${Math.round(warmMs)} ms`);
  // Idle machines need a tenth of this; a busy disk is not this test's business.
  assert.ok(firstMs < 15_000, `first start took ${firstMs} ms`);
  assert.ok(warmMs < 5_000, `warm start took ${warmMs} ms`);
});

test("a start that is told to stop in its middle leaves no database running, and the next one goes on from there", async (t) => {
  const dataDir = await makeDataDir(t);
  const stop = new AbortController();
  // Said right before the new database is started.
  const onCreated = { ...logger, info: () => stop.abort() };
  const given = startEmbedded({ dataDir, role: "server", logger: onCreated, signal: stop.signal });
  afterwards(t, () =>
    given.then(
      (server) => server.stop(),
      () => undefined,
    ),
  );
  await assert.rejects(given, { name: "AbortError" });
  assert.equal(await postmasterPid(dataDir), null);
  const next = await start(t, dataDir);
  assert.deepEqual(await query(next.connection, "select 1 as answer"), [{ answer: 1 }]);
});

test("an initdb that was killed in the middle is done again", async (t) => {
  const dataDir = await makeDataDir(t);
  const doomed = startChild(t, dataDir);
  doomed.answer.catch(() => undefined);
  await eventually(async () => (await homeEntries(dataDir, "cluster.new-")).length > 0);
  await doomed.kill("SIGKILL");
  assert.deepEqual(await homeEntries(dataDir, "cluster"), await homeEntries(dataDir, "cluster.new-"));

  const server = await start(t, dataDir);
  assert.deepEqual(await query(server.connection, "select 1 as one"), [{ one: 1 }]);
});

test("what is not a finished cluster of this version is refused and left alone", async (t) => {
  const dataDir = await makeDataDir(t);
  const { cluster } = layoutOf(dataDir);
  await mkdir(cluster, { recursive: true });
  const precious = path.join(cluster, "precious");
  await writeFile(precious, "data");
  await assert.rejects(startEmbedded({ dataDir, role: "server", logger }), (error: Error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /PG_VERSION is missing.*Nothing was changed/s);
    return true;
  });

  await writeFile(path.join(cluster, "PG_VERSION"), "17\n");
  await assert.rejects(
    startEmbedded({ dataDir, role: "guest", logger }),
    /made by PostgreSQL 17.*PostgreSQL 18/s,
  );
  assert.equal(await readFile(precious, "utf8"), "data");
});

test("a data directory whose path is too long for a socket works, also through another spelling of it", async (t) => {
  const base = await makeDataDir(t);
  const long = path.join(base, "a-rather-long-directory-name".repeat(6));
  await mkdir(long, { recursive: true });
  const dataDir = path.join(long, "d");
  const alias = path.join(base, "alias");
  await symlink(long, alias);
  const server = await start(t, dataDir);
  assert.ok(server.connection.host.length < 100);
  assert.deepEqual(await query(server.connection, "select 1 as one"), [{ one: 1 }]);

  const guest = await start(t, path.join(alias, "d"), "guest");
  assert.equal(guest.connection.host, server.connection.host);
  await guest.stop();
  await server.stop();
  await assert.rejects(stat(path.dirname(server.connection.host)), { code: "ENOENT" });
});

test("a directory that was moved while nothing ran is found complete", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir, "guest");
  await query(server.connection, "create table kept as select 1 as one");
  await server.stop();
  const moved = path.join(path.dirname(dataDir), "moved");
  await rename(dataDir, moved);
  const again = await start(t, moved, "guest");
  assert.deepEqual(await query(again.connection, "select one from kept"), [{ one: 1 }]);
  await again.stop();
  assert.equal(await postmasterPid(moved), null);
});

test("an ordinary user can run it, and root then runs it as that user", { skip: !isRoot }, async (t) => {
  if (!(await openToOthers(t))) return t.skip("the checkout is closed to other users");
  const dataDir = await makeDataDir(t, NOBODY);
  const child = startChild(t, dataDir, { uid: NOBODY });
  const answer = await child.answer;
  assert.equal(answer.event, "up", answer.message);
  await query(answer.connection, "create table kept as select 1 as one");
  await child.kill("SIGTERM");
  assert.equal(await postmasterPid(dataDir), null);

  const server = await start(t, dataDir);
  assert.deepEqual(await query(server.connection, "select one from kept"), [{ one: 1 }]);
  assert.equal((await stat(layoutOf(dataDir).logFile)).uid, NOBODY);
  await server.stop();
  const third = startChild(t, dataDir, { uid: NOBODY });
  assert.equal((await third.answer).event, "up");
  await third.kill("SIGTERM");
});

test("a directory of somebody else is refused in a sentence", { skip: !isRoot }, async (t) => {
  if (!(await openToOthers(t))) return t.skip("the checkout is closed to other users");
  const dataDir = await makeDataDir(t);
  const child = startChild(t, dataDir, { uid: NOBODY });
  const answer = await child.answer;
  assert.equal(answer.kind, "operator");
  assert.match(answer.message ?? "", /cannot be used.*owner/s);
});
