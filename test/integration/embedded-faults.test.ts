import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { Client } from "pg";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import type { EmbeddedServer } from "../../src/database/embedded/start-embedded.ts";
import {
  afterwards,
  endPostmaster,
  eventually,
  isRoot,
  makeDataDir,
  NOBODY,
  postmasterPid,
  query,
  start,
  startChild,
  tryQuery,
} from "../support/embedded.ts";

test("kill -9 of the server: the database lives on, and the next server adopts it with all its data", async (t) => {
  const dataDir = await makeDataDir(t);
  const doomed = startChild(t, dataDir);
  const { connection } = await doomed.answer;
  await query(connection, "create table kept as select 1 as one");
  const pid = await postmasterPid(dataDir);
  await doomed.kill("SIGKILL");
  assert.deepEqual(await query(connection, "select one from kept"), [{ one: 1 }]);

  const server = await start(t, dataDir);
  assert.equal(await postmasterPid(dataDir), pid);
  await assertRevived(server, dataDir, "adopted");
  await server.stop();
  assert.equal(await postmasterPid(dataDir), null);
});

test("kill -9 of the database: it comes back at the same address, with every committed row", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir);
  await query(server.connection, "create table kept as select 1 as one");
  await assertRevived(server, dataDir, "own child");
});

test("kill -9 of the database under load: every row that was acknowledged is there", async (t) => {
  const dataDir = await makeDataDir(t);
  const { connection } = await start(t, dataDir);
  await query(connection, "create table kept (id int primary key)");
  const acknowledged: number[] = [];
  const writer = new Client({ ...connection });
  writer.on("error", () => undefined);
  await writer.connect();
  const writing = (async () => {
    for (let id = 0; ; id += 1) {
      await writer.query("insert into kept values ($1)", [id]);
      acknowledged.push(id);
    }
  })();
  const broken = assert.rejects(writing);
  await eventually(() => acknowledged.length > 200);
  await endPostmaster(dataDir, "SIGKILL");
  await broken;
  const rows = await eventually(async () => tryQuery(connection, "select id from kept order by id"));
  const found = new Set(rows?.map(({ id }) => id));
  assert.deepEqual(
    acknowledged.filter((id) => !found.has(id)),
    [],
  );
  await writer.end().catch(() => undefined);
});

test("kill -9 of both at once: the next server recovers", async (t) => {
  const dataDir = await makeDataDir(t);
  const doomed = startChild(t, dataDir);
  const { connection } = await doomed.answer;
  await query(connection, "create table kept as select 1 as one");
  const ended = doomed.kill("SIGKILL");
  await endPostmaster(dataDir, "SIGKILL");
  await ended;
  const server = await start(t, dataDir);
  assert.deepEqual(await query(server.connection, "select one from kept"), [{ one: 1 }]);
});

/** Kills the postmaster and waits for a new one that has the table `kept`. */
async function assertRevived(server: EmbeddedServer, dataDir: string, what: string): Promise<void> {
  const killed = await endPostmaster(dataDir, "SIGKILL");
  const rows = await eventually(async () => tryQuery(server.connection, "select one from kept"));
  assert.deepEqual(rows, [{ one: 1 }], what);
  assert.notEqual(await postmasterPid(dataDir), killed);
}

test("a postmaster.pid that is left over is seen through: its number is used again, or it is empty", async (t) => {
  const dataDir = await makeDataDir(t);
  await (await start(t, dataDir, "guest")).stop();
  const pidFile = path.join(layoutOf(dataDir).cluster, "postmaster.pid");
  // A living process of the same user: PostgreSQL itself would take it for a postmaster.
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const stranger = spawn("/bin/sleep", ["60"], { stdio: "ignore", ...identity });
  t.after(() => stranger.kill());
  for (const text of [`${stranger.pid}\n/proc/self/cwd\n1\n5432\n../run\n\n 1 1\nready\n`, "", "garbage"]) {
    await writeFile(pidFile, text);
    const guest = await start(t, dataDir, "guest");
    assert.deepEqual(await query(guest.connection, "select 1 as one"), [{ one: 1 }]);
    await guest.stop();
  }
  assert.equal(stranger.exitCode, null);
});

test("while the database cannot start, the server goes on trying, and stops at once when told to", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir);
  await query(server.connection, "create table kept as select 1 as one");
  const { cluster, logFile } = layoutOf(dataDir);
  const control = path.join(cluster, "global", "pg_control");
  await rename(control, `${control}.away`);
  await endPostmaster(dataDir, "SIGKILL");
  const failures = async (): Promise<number> =>
    (await readFile(logFile, "utf8")).split("could not find the database system").length - 1;
  await eventually(async () => (await failures()) >= 3);
  await rename(`${control}.away`, control);
  assert.deepEqual(await eventually(async () => tryQuery(server.connection, "select one from kept")), [
    { one: 1 },
  ]);

  await rename(control, `${control}.away`);
  await endPostmaster(dataDir, "SIGKILL");
  const before = performance.now();
  await server.stop();
  assert.ok(performance.now() - before < 3_000);
  assert.equal(await postmasterPid(dataDir), null);
});

test("a start that fails says why, with the end of the database's log", async (t) => {
  const dataDir = await makeDataDir(t);
  await (await start(t, dataDir, "guest")).stop();
  await rm(path.join(layoutOf(dataDir).cluster, "global", "pg_control"));
  await assert.rejects(start(t, dataDir), /could not start.*could not find the database system/s);
  await assert.rejects(start(t, dataDir, "guest"), /could not start/, "no lock is left behind");
});

test("a full disk: the database cannot go on, and comes back by itself when there is room", async (t) => {
  const dataDir = await makeDataDir(t);
  await mkdir(dataDir, { recursive: true });
  const mount = ["-t", "tmpfs", "-o", "size=80m,mode=700", "tmpfs", dataDir];
  if (!isRoot || spawnSync("/bin/mount", mount).status !== 0)
    return t.skip("may not mount a small file system");
  afterwards(t, async () => spawnSync("/bin/umount", ["-l", dataDir]));
  const server = await start(t, dataDir);
  await query(server.connection, "create table kept as select 1 as one");
  const { home, logFile } = layoutOf(dataDir);
  spawnSync("dd", ["if=/dev/zero", `of=${path.join(home, "ballast")}`, "bs=64k"]);
  const starts = async (): Promise<number> =>
    (await readFile(logFile, "utf8")).split("starting PostgreSQL").length;
  // Log without data: when the log cannot be written, PostgreSQL panics.
  const flood = "select pg_logical_emit_message(true, 'x', repeat('x', 20000000))";
  await assert.rejects(query(server.connection, flood));
  await eventually(async () => (await postmasterPid(dataDir)) === null || (await starts()) > 3);
  await eventually(async () => (await starts()) > 4);
  await rm(path.join(home, "ballast"));
  const rows = await eventually(async () => tryQuery(server.connection, "select one from kept"));
  assert.deepEqual(rows, [{ one: 1 }]);
});
