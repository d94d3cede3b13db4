import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { boundLog, logTail, openLog } from "./log-file.ts";

test("the log is bounded in place while the database goes on writing to it", async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), "glyphdesk-log-"));
  t.after(async () => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, "postgresql.log");
  const log = await openLog(file, null);
  t.after(async () => log.close());
  await log.write("old line\n".repeat(10));
  await boundLog(file, null, 100);
  assert.equal((await readFile(file, "utf8")).length, 90, "still within the bound");
  await log.write("one more\n".repeat(2));
  await boundLog(file, null, 100);
  await log.write("new line\n");
  assert.equal(await readFile(file, "utf8"), "new line\n");
  assert.equal((await readFile(`${file}.1`, "utf8")).length, 108);
  assert.equal(await logTail(file, 4), "line");
  assert.equal(await logTail(file, 1_000), "new line", "an offset from before the cut");

  const link = path.join(directory, "link");
  await symlink(file, link);
  await assert.rejects(openLog(link, null), { code: "ELOOP" });
});

test("a link in the log's place is not followed: we may be root in somebody's directory", async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), "glyphdesk-log-"));
  t.after(async () => rm(directory, { recursive: true }));
  const [secret, file] = [path.join(directory, "secret"), path.join(directory, "postgresql.log")];
  await writeFile(secret, "secret\n".repeat(1_000));
  await symlink(secret, file);
  await boundLog(file, null, 100);
  await assert.rejects(logTail(file, 0), { code: "ELOOP" });
  await assert.rejects(openLog(file, null), { code: "ELOOP" });
  assert.equal((await readFile(secret, "utf8")).length, 7_000);
  assert.deepEqual((await readdir(directory)).toSorted(), ["postgresql.log", "secret"]);
});
