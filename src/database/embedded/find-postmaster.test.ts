import assert from "node:assert/strict";
import test from "node:test";
import { judgeCommandLine, parsePidFile } from "./find-postmaster.ts";
import { identifyProcess, isAlive, parseStat } from "./process-identity.ts";
import { postmasterArguments } from "./settings.ts";

test("postmaster.pid is read as far as it is written", () => {
  const whole = "812\n/proc/self/cwd\n1790000000\n5432\n../run\n\n  1 2\nready   \n";
  assert.deepEqual(parsePidFile(whole), { pid: 812, status: "ready" });
  assert.deepEqual(parsePidFile("812\n/proc/self/cwd\n"), { pid: 812, status: "" });
  assert.ok(Number.isNaN(parsePidFile("").pid));
});

test("a command line tells our postmaster from a stranger, from another Glyphdesk's and from one started by hand", () => {
  const ours = ["/x/bin/postgres", ...postmasterArguments("/proc/self/cwd", "glyphdesk-aa")];
  assert.equal(judgeCommandLine(ours, "glyphdesk-aa"), "ours");
  assert.equal(judgeCommandLine(ours, "glyphdesk-bb"), "other");
  assert.equal(
    judgeCommandLine(["/usr/lib/postgresql/18/bin/postgres", "-D", "/data"], "glyphdesk-aa"),
    "unknown",
  );
  assert.equal(judgeCommandLine(["postgres: glyphdesk-aa: checkpointer"], "glyphdesk-aa"), "other");
  assert.equal(judgeCommandLine(["/bin/sleep", "60"], "glyphdesk-aa"), "other");
  assert.equal(judgeCommandLine([], "glyphdesk-aa"), "other", "a zombie has no command line");
});

test("the state of a process is read whatever its program is called", () => {
  const stat = `7 (a) b) S 1 ${"0 ".repeat(17)}4711 0`;
  assert.deepEqual(parseStat(stat), { state: "S", startTime: "4711" });
});

test("a process is itself only as long as its start time is the same", async () => {
  const self = await identifyProcess(process.pid);
  assert.ok(self !== null);
  assert.equal(await isAlive(self), true);
  assert.equal(await isAlive({ ...self, startTime: "0" }), process.platform !== "linux");
  assert.equal(await identifyProcess(Number.NaN), null);
  assert.equal(await identifyProcess(-1), null);
});
