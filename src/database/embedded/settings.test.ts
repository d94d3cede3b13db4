import assert from "node:assert/strict";
import test from "node:test";
import { ownDirectory, postmasterArguments, syncMethod } from "./settings.ts";

test("what durability rests on is on the command line", () => {
  const line = postmasterArguments("/proc/self/cwd", "glyphdesk-aa").join(" ");
  for (const setting of ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "listen_addresses= "]) {
    assert.ok(line.includes(`-c ${setting}`), setting);
  }
});

test("syncfs is used where it reports errors", () => {
  assert.equal(syncMethod("linux", "5.8.0-generic"), "syncfs");
  assert.equal(syncMethod("linux", "6.1.0"), "syncfs");
  assert.equal(syncMethod("linux", "5.4.0"), "fsync");
  assert.equal(syncMethod("linux", "4.19"), "fsync");
  assert.equal(syncMethod("darwin", "24.0.0"), "fsync");
});

test("the cluster is named by way of the working directory where the system can", () => {
  assert.equal(ownDirectory("linux", "/closed/cluster"), "/proc/self/cwd");
  assert.equal(ownDirectory("darwin", "/closed/cluster"), "/closed/cluster");
});
