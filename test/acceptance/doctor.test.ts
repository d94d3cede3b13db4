import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { promisify } from "node:util";
import { cleanEnvironment, glyphdesk } from "../support/process.ts";

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { check: string; state: string; found: string; advice?: string }[];
}

const folder = await mkdtemp(join(tmpdir(), "glyphdesk-doctor-"));
after(() => rm(folder, { recursive: true, force: true }));

async function examine(dataDir: string, environment: Record<string, string> = {}): Promise<Report> {
  const words = ["doctor", "--json", "--data-dir", dataDir, "--solvers", "./bench/no-op-solver.js"];
  const env = { ...cleanEnvironment(), ...environment };
  const run = promisify(execFile)("./bin/glyphdesk.js", words, { env });
  // Exit code 1 says that there is a fault; the report is printed all the same.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Report;
}

const stateOf = (report: Report, name: string) => report.findings.find(({ check }) => check === name)?.state;

it("finds a desk that has not started yet, and one that has, in order", async () => {
  const dataDir = join(folder, "desk");
  const fresh = await examine(dataDir);
  assert.deepEqual([fresh.ok, stateOf(fresh, "database"), stateOf(fresh, "solvers")], [true, "ok", "ok"]);
  await glyphdesk(dataDir, "account", "create", "one", "--balance", "5");
  const used = await examine(dataDir);
  assert.match(used.findings.find(({ check }) => check === "glyphdesk")?.found ?? "", /^\d+\.\d+\.\d+/);
  assert.equal(used.ok, true, JSON.stringify(used));
  assert.equal(stateOf(used, "books"), "ok");
});

it("says what to do for each fault", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const blocked = await examine(file);
  assert.equal(blocked.ok, false);
  assert.equal(stateOf(blocked, "data directory"), "fault");
  const unreachable = await examine(folder, {
    GLYPHDESK_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  });
  assert.equal(stateOf(unreachable, "database"), "fault");
  const confused = await examine(folder, { GLYPHDESK_PORT: "many" });
  assert.equal(stateOf(confused, "configuration"), "fault");
  const unmakeable = await examine("/proc/none/desk");
  assert.equal(stateOf(unmakeable, "data directory"), "fault");
  const misspelt = await examine(folder, { GLYPHDESK_PRICES: "ImageToTxtTask=0.5" });
  assert.equal(stateOf(misspelt, "configuration"), "fault");
  for (const { findings } of [blocked, unreachable, confused, unmakeable, misspelt]) {
    for (const { state, advice } of findings) assert(state !== "fault" || advice, JSON.stringify(findings));
  }
});

it("a data directory that cannot be made is refused, and not tried for ever", async () => {
  const words = ["account", "list", "--data-dir", "/proc/none/desk"];
  const run = promisify(execFile)("./bin/glyphdesk.js", words, {
    env: cleanEnvironment(),
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  await assert.rejects(run, {
    code: 1,
    stderr:
      /^glyphdesk: The data directory .* cannot be used: ENOENT.*choose another one with GLYPHDESK_DATA_DIR\.\n$/,
  });
});
