import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { Client } from "pg";
import { silentLogger } from "../../src/base/logger.ts";
import { connect } from "../../src/database/connect.ts";
import { FileLock } from "../../src/database/embedded/file-lock.ts";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import { createTestDatabase } from "../support/database.ts";
import { afterwards, eventually, makeDataDir, postmasterPid } from "../support/embedded.ts";
import { glyphdesk, launch, type Launched } from "../support/process.ts";

/** How the server ends: by `npm start`, by Ctrl-C, by a terminal that is closed, and in the middle of its start. */
const SERVE = ["./bin/glyphdesk.js", "serve"];
const READY = /^Try it:/m;
const shared = await createTestDatabase();

function run(t: TestContext, command: readonly string[], environment: Record<string, string>): Launched {
  const launched = launch(command, {
    GLYPHDESK_PORT: "0",
    GLYPHDESK_SOLVERS: "./bench/no-op-solver.js",
    ...environment,
  });
  afterwards(t, async () => {
    launched.process.kill("SIGKILL");
    await launched.exited;
  });
  return launched;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const shell of ["/bin/sh", "/bin/bash"].filter(existsSync)) {
  it(`npm start under ${shell} ends at SIGTERM with its server and its database`, async (t) => {
    const dataDir = await makeDataDir(t);
    // Without "prestart": other tests run what it would build.
    const npm = ["npm", "start", "--ignore-scripts", `--script-shell=${shell}`];
    const started = run(t, npm, { GLYPHDESK_DATA_DIR: dataDir });
    await started.said(READY);
    const server = Number(await readFile(layoutOf(dataDir).ownerNote, "utf8"));
    afterwards(t, async () => isRunning(server) && process.kill(server, "SIGKILL"));
    started.process.kill("SIGTERM");
    assert.equal(await started.exited, 0);
    assert.equal(isRunning(server), false);
    assert.equal(await postmasterPid(dataDir), null);
  });
}

it("takes the second SIGINT of one Ctrl-C under npm for the same wish, and finishes", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = run(t, SERVE, { GLYPHDESK_DATA_DIR: dataDir });
  await server.said(READY);
  server.process.kill("SIGINT");
  await server.said(/"stopping/);
  server.process.kill("SIGINT");
  assert.equal(await server.exited, 0);
  assert.equal(await postmasterPid(dataDir), null);
});

it("ends as at SIGTERM when its terminal is closed, with nobody left to read its log", async (t) => {
  const dataDir = await makeDataDir(t);
  const server = run(t, SERVE, { GLYPHDESK_DATA_DIR: dataDir });
  await server.said(READY);
  server.process.stdout?.destroy();
  server.process.stderr?.destroy();
  server.process.kill("SIGHUP");
  assert.equal(await server.exited, 0);
  assert.equal(await postmasterPid(dataDir), null);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  it(`a command that started the database stops it at ${signal}`, async (t) => {
    const dataDir = await makeDataDir(t);
    const guest = await connect({ databaseUrl: null, dataDir }, "guest", silentLogger);
    const backup = join(dataDir, "desk.backup");
    // Where every backup comes by and has to wait; the database is the command's own once the guest has left.
    const holder = new Client(guest.connection);
    holder.on("error", () => undefined);
    await holder.connect();
    await holder.query("begin; lock table tasks in access exclusive mode");
    const command = run(t, ["./bin/glyphdesk.js", "backup", backup], { GLYPHDESK_DATA_DIR: dataDir });
    const waiting = "select 1 from pg_locks where not granted";
    await eventually(async () => (await holder.query(waiting)).rowCount, 60_000);
    await guest.close();
    command.process.kill(signal);
    assert.equal(await command.exited, 1);
    assert.equal(command.stderr(), "glyphdesk: stopped by a signal\n");
    assert.equal(await postmasterPid(dataDir), null);
    assert.equal(existsSync(`${backup}.partial`), false);
  });
}

it("says that it waits for the migration lock, and can be stopped meanwhile", async (t) => {
  const holder = new Client({ ...shared.connection });
  await holder.connect();
  afterwards(t, () => holder.end());
  await holder.query("select pg_advisory_lock(4742201)");
  const server = run(t, SERVE, { GLYPHDESK_DATABASE_URL: shared.url });
  await server.said(/"seconds":5,.*waiting for the migration lock/);
  server.process.kill("SIGTERM");
  assert.equal(await server.exited, 0);
  assert.equal(server.stdout(), "");
});

it("says that it waits for another process that starts the database, and can be stopped meanwhile", async (t) => {
  const dataDir = await makeDataDir(t);
  await glyphdesk(dataDir, "migrate");
  const lock = FileLock.tryAcquire(layoutOf(dataDir).bootLock, "exclusive");
  assert(lock);
  afterwards(t, async () => lock.release());
  const server = run(t, SERVE, { GLYPHDESK_DATA_DIR: dataDir });
  await server.said(/"seconds":5,.*waiting for another process that starts or stops the database/);
  server.process.kill("SIGINT");
  assert.equal(await server.exited, 0);
  assert.equal(server.stdout(), "");
  assert.equal(await postmasterPid(dataDir), null);
});
