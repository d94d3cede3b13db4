import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { readManifest, restore } from "../../src/database/restore.ts";
import { createTestDatabase } from "../support/database.ts";
import { eventually } from "../support/embedded.ts";
import { cleanEnvironment, glyphdesk, startGlyphdesk, type ChildServer } from "../support/process.ts";

const PROGRAM: string = "./bin/glyphdesk.js";
const KEY = "backup-key-1";
const folder = await mkdtemp(join(tmpdir(), "glyphdesk-backup-"));
const [source, target] = [join(folder, "source"), join(folder, "target")];
const file = join(folder, "desk.backup");
const environment = {
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_SOLVERS: "./test/support/tail-solver.js",
  GLYPHDESK_LOG_LEVEL: "warn",
};
const picture = await readFile(new URL("../../docs/example.png", import.meta.url));
const { database, url: databaseUrl } = await createTestDatabase();
let server: ChildServer;

before(async () => {
  server = await startGlyphdesk({ ...environment, GLYPHDESK_DATA_DIR: source });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function call(url: string, method: string, request: object): Promise<Record<string, unknown>> {
  const body = JSON.stringify({ clientKey: KEY, ...request });
  const answer = await fetch(`${url}/${method}`, { method: "POST", body });
  return (await answer.json()) as Record<string, unknown>;
}

async function create(mark: string, extra: object = {}): Promise<number> {
  const body = Buffer.concat([picture, Buffer.from(mark.padEnd(16, "-"))]).toString("base64");
  const { taskId } = await call(server.url, "createTask", {
    task: { type: "ImageToTextTask", body },
    ...extra,
  });
  assert(Number(taskId) > 0);
  return Number(taskId);
}

async function ready(url: string, taskId: number): Promise<Record<string, unknown>> {
  for (;;) {
    const answer = await call(url, "getTaskResult", { taskId });
    assert.equal(answer["errorId"], 0);
    if (answer["status"] === "ready") return answer;
  }
}

it("backs up under load, and the books and answers are the same elsewhere", async () => {
  const early = await create("early");
  const answer = await ready(server.url, early);
  const stop = new AbortController();
  const load = Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      for (let count = 0; !stop.signal.aborted; count += 1) await create(`${n}-${count}`);
    }),
  );
  const summary = JSON.parse(await glyphdesk(source, "backup", file, "--json")) as {
    rows: Record<string, number>;
  };
  stop.abort();
  await load;
  assert((summary.rows["tasks"] ?? 0) >= 1);
  assert.equal((await stat(file)).mode & 0o777, 0o600);

  const restored = JSON.parse(await glyphdesk(target, "restore", file, "--json")) as {
    ok: boolean;
    rows: Record<string, number>;
  };
  assert.equal(restored.ok, true);
  assert.deepEqual(restored.rows, summary.rows);
  const other = await startGlyphdesk({ ...environment, GLYPHDESK_DATA_DIR: target });
  try {
    assert.deepEqual(await ready(other.url, early), answer);
    const body = picture.toString("base64");
    const { taskId } = await call(other.url, "createTask", { task: { type: "ImageToTextTask", body } });
    assert(Number(taskId) > early, "taskIds go on where they were");
    const audit = JSON.parse(await glyphdesk(target, "audit", "--json")) as { ok: boolean };
    assert.equal(audit.ok, true);
  } finally {
    await other.stop();
  }
});

it("does not write over a file, nor restore into a desk that is in use", async () => {
  const before = await readFile(file);
  await assert.rejects(glyphdesk(source, "backup", file), /Choose a name that is free/);
  assert.deepEqual(await readFile(file), before);
  await assert.rejects(glyphdesk(target, "restore", file), /it has accounts/);
});

it("a run that was interrupted leaves no file, and the next one takes the same name", async () => {
  const name = join(folder, "interrupted");
  const partial = `${name}.partial`;
  const env = { ...cleanEnvironment(), GLYPHDESK_DATABASE_URL: databaseUrl };
  await database.transaction(async (holding) => {
    // Where every backup comes by and has to wait.
    await holding.query("lock table tasks in access exclusive mode");
    const child = spawn(PROGRAM, ["backup", name], { env, stdio: "ignore" });
    const ended = once(child, "exit");
    await eventually(() => stat(partial).catch(() => null), 60_000);
    child.kill("SIGINT");
    await ended;
  });
  await assert.rejects(stat(name), { code: "ENOENT" });
  await promisify(execFile)(PROGRAM, ["backup", name], { env });
  assert.equal((await stat(name)).mode & 0o777, 0o600);
  assert.equal((await readManifest(name)).format, 1);
  await assert.rejects(stat(partial), { code: "ENOENT" });
});

it("a database that goes away in the middle is a sentence, and nothing stays", async () => {
  const name = join(folder, "gone");
  const env = { ...cleanEnvironment(), GLYPHDESK_DATABASE_URL: databaseUrl };
  await database.transaction(async (holding) => {
    await holding.query("lock table tasks in access exclusive mode");
    const run = promisify(execFile)(PROGRAM, ["backup", name], { env });
    const refused = assert.rejects(
      run,
      ({ stderr }: { stderr: string }) =>
        /^glyphdesk: The database went away .*administrator command.*\nRun it again/.test(stderr) &&
        !/^ +at /m.test(stderr),
    );
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => (await database.query(terminate)).length, 60_000);
    await refused;
  });
  for (const path of [name, `${name}.partial`]) await assert.rejects(stat(path), { code: "ENOENT" });
});

it("a disk that takes no more is a sentence, and nothing stays", async () => {
  const name = join(folder, "too-large");
  const limited = 'ulimit -f 8 && exec ./bin/glyphdesk.js backup "$0" --data-dir "$1"';
  const run = promisify(execFile)("sh", ["-c", limited, name, source], { env: cleanEnvironment() });
  await assert.rejects(
    run,
    ({ stderr }: { stderr: string }) =>
      stderr.includes(`Cannot write ${name}: EFBIG`) &&
      /name a file elsewhere/.test(stderr) &&
      !/^ +at /m.test(stderr),
  );
  for (const path of [name, `${name}.partial`]) await assert.rejects(stat(path), { code: "ENOENT" });
});

it("restores nothing from a file that is damaged, cut off, or no backup", async () => {
  const whole = await readFile(file);
  const lines = gunzipSync(whole).toString().split("\n");
  const faulty: [string, Buffer, RegExp][] = [
    [
      "text",
      Buffer.from("no backup"),
      /cannot be read as a backup: it is damaged, or another kind of file\. Nothing/,
    ],
    ["without-end", gzipSync(`${lines.slice(0, -2).join("\n")}\n`), /cut off or damaged/],
    [
      "row-missing",
      gzipSync(lines.filter((line) => !line.includes('"kind":"refund"')).join("\n")),
      /cut off or damaged/,
    ],
    ["short", whole.subarray(0, whole.byteLength / 2), /cannot be read as a backup: it is cut off\. Nothing/],
  ];
  for (const [name, content, message] of faulty) {
    const path = join(folder, name);
    await writeFile(path, content);
    const restored = async () =>
      restore(
        database,
        path,
        await readManifest(path),
        async () => {},
        () => {},
      );
    await assert.rejects(restored, message, name);
  }
  await assert.rejects(readManifest(join(folder, "none")), /as a backup: there is no such file\. Nothing/);
  assert.deepEqual(await database.query("select * from accounts"), []);

  const [empty, newer] = [join(folder, "empty"), join(folder, "newer")];
  await writeFile(newer, gzipSync(lines.join("\n").replace(/"migration":\d+/, '"migration":9999')));
  await assert.rejects(glyphdesk(empty, "restore", newer), /newer one/);
  await glyphdesk(empty, "restore", file);
});
