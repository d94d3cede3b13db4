import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { findBinaries, POSTGRES_ENVIRONMENT } from "../../src/database/embedded/binaries.ts";
import { clusterTag } from "../../src/database/embedded/find-postmaster.ts";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import { ownDirectory, postmasterArguments } from "../../src/database/embedded/settings.ts";
import {
  afterwards,
  endPostmaster,
  eventually,
  makeDataDir,
  postmasterPid,
  query,
  start,
  startChild,
  tryQuery,
} from "../support/embedded.ts";

/** Starts a postmaster on an existing cluster, past our code, and waits until it runs. */
async function startByHand(
  t: TestContext,
  dataDir: string,
  argumentsOf: (directory: string, tag: string) => string[],
): Promise<number> {
  const { cluster, home } = layoutOf(dataDir);
  const { uid, gid } = await stat(cluster);
  const identity = process.getuid?.() === 0 ? { uid, gid } : {};
  const { root } = await findBinaries(null, home);
  const directory = ownDirectory(process.platform, cluster);
  const child = spawn(path.join(root, "bin", "postgres"), argumentsOf(directory, await clusterTag(cluster)), {
    cwd: cluster,
    env: POSTGRES_ENVIRONMENT,
    stdio: "ignore",
    ...identity,
  });
  const exited = once(child, "exit");
  afterwards(t, async () => {
    child.kill("SIGQUIT");
    await exited;
  });
  await eventually(async () => (await postmasterPid(dataDir)) === child.pid);
  return child.pid ?? 0;
}

test("a database left running with other settings is replaced by whoever is alone with it, and not under a guest", async (t) => {
  const dataDir = await makeDataDir(t);
  await (await start(t, dataDir, "guest")).stop();
  const old = await startByHand(t, dataDir, (directory, tag) => [
    ...postmasterArguments(directory, tag),
    "-c",
    "work_mem=5MB",
  ]);
  const visitor = startChild(t, dataDir, { role: "guest" });
  assert.equal((await visitor.answer).event, "up");
  const replaced = await postmasterPid(dataDir);
  assert.notEqual(replaced, old);

  const server = await start(t, dataDir);
  assert.equal(await postmasterPid(dataDir), replaced);
  assert.deepEqual(await query(server.connection, "show work_mem"), [{ work_mem: "4MB" }]);
});

test("a PostgreSQL that was started by hand on the cluster is refused by its number and left alone", async (t) => {
  const dataDir = await makeDataDir(t);
  await (await start(t, dataDir, "guest")).stop();
  const pid = await startByHand(t, dataDir, (directory) => [
    "-D",
    directory,
    "-k",
    "../run",
    "-c",
    "listen_addresses=",
  ]);
  await assert.rejects(start(t, dataDir), new RegExp(`process ${pid}, which Glyphdesk did not start`));
  assert.equal(await postmasterPid(dataDir), pid);
});

test("orphans of a killed database are waited out: no second one runs beside them", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = await start(t, dataDir);
  await query(server.connection, "create table kept as select 1 as one");
  const [row] = await query(
    server.connection,
    "select pid from pg_stat_activity where backend_type = 'checkpointer'",
  );
  const orphan = Number(row?.["pid"]);
  // Stopped, it cannot notice that its postmaster is gone, and stays attached to the shared memory.
  process.kill(orphan, "SIGSTOP");
  afterwards(t, async () => execFileSync("/bin/sh", ["-c", `kill -9 ${orphan} 2>/dev/null || true`]));
  await endPostmaster(dataDir, "SIGKILL");
  const { logFile } = layoutOf(dataDir);
  await eventually(() =>
    execFileSync("tail", ["-c", "2000", logFile], { encoding: "utf8" }).includes("pre-existing"),
  );
  assert.equal(await tryQuery(server.connection, "select 1"), null);
  process.kill(orphan, "SIGKILL");
  const rows = await eventually(async () => tryQuery(server.connection, "select one from kept"));
  assert.deepEqual(rows, [{ one: 1 }]);
});
