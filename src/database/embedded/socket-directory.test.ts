import assert from "node:assert/strict";
import { chmod, mkdtemp, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { OperatorError } from "../../base/errors.ts";
import { fitsSocketPath, reachableSocketDirectory, removeSocketAlias } from "./socket-directory.ts";

const long = `/data/${"x".repeat(120)}/run`;

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "gd-"));
  t.after(async () => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("a path fits up to the kernel's limit, counted in bytes", () => {
  const room = (process.platform === "linux" ? 107 : 103) - "/.s.PGSQL.5432".length;
  assert.equal(fitsSocketPath(`/${"x".repeat(room - 1)}`), true);
  assert.equal(fitsSocketPath(`/${"x".repeat(room)}`), false);
  assert.equal(fitsSocketPath(`/${"ä".repeat(room / 2 + 1)}`), false);
});

test("a short path is used as it is; a long one gets a stable private link, renewed when it is gone", async (t) => {
  const directory = await temporary(t);
  assert.equal(await reachableSocketDirectory("/data/run", directory), "/data/run");
  const link = await reachableSocketDirectory(long, directory);
  assert.equal(await readlink(link), long);
  assert.equal((await stat(path.dirname(link))).mode & 0o777, 0o700);
  assert.equal(await reachableSocketDirectory(long, directory), link);
  await removeSocketAlias(long, directory);
  assert.equal(await reachableSocketDirectory(long, directory), link);
  assert.equal(await readlink(link), long);
});

test("a directory that others can write to is not trusted", async (t) => {
  const directory = await temporary(t);
  const link = await reachableSocketDirectory(long, directory);
  await chmod(path.dirname(link), 0o777);
  await assert.rejects(reachableSocketDirectory(long, directory), OperatorError);
});
