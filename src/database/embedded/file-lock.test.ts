import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { FileLock, waitForLock } from "./file-lock.ts";

async function lockFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "glyphdesk-lock-"));
  t.after(async () => rm(directory, { recursive: true, force: true }));
  return path.join(directory, "some.lock");
}

test("one exclusive holder, or several shared ones", async (t) => {
  const file = await lockFile(t);
  const exclusive = FileLock.tryAcquire(file, "exclusive");
  assert.ok(exclusive !== null);
  assert.equal(FileLock.tryAcquire(file, "exclusive"), null);
  assert.equal(FileLock.tryAcquire(file, "shared"), null);
  exclusive.release();
  exclusive.release();

  const first = FileLock.tryAcquire(file, "shared");
  const second = FileLock.tryAcquire(file, "shared");
  assert.ok(first !== null && second !== null);
  assert.equal(FileLock.tryAcquire(file, "exclusive"), null);
  first.release();
  assert.equal(FileLock.tryAcquire(file, "exclusive"), null);
  second.release();
  FileLock.tryAcquire(file, "exclusive")?.release();
});

test("a lock excludes other processes and dies with its holder", async (t) => {
  const file = await lockFile(t);
  const script = `
    import { FileLock } from ${JSON.stringify(new URL("file-lock.ts", import.meta.url).href)};
    const lock = FileLock.tryAcquire(${JSON.stringify(file)}, "exclusive");
    console.log(lock !== null);
    setInterval(() => lock, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => holder.kill("SIGKILL"));
  const [output] = (await once(holder.stdout, "data")) as [Buffer];
  assert.equal(output.toString().trim(), "true");
  assert.equal(await waitForLock(file, "shared", { timeoutMs: 50 }), null);
  const waiting = waitForLock(file, "exclusive", { timeoutMs: 10_000 });
  holder.kill("SIGKILL");
  const lock = await waiting;
  assert.ok(lock !== null);
  lock.release();
});
