import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startCommands } from "../support/command.ts";

const golden = fileURLToPath(new URL("../golden/", import.meta.url));
const picture = join(golden, "captcha-canvas-700001.png");
const TEXT = "270B1B";

const run = startCommands({});

/** A folder with a picture called a.png. */
async function folder(t: TestContext, labels: string | null): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "recognition-"));
  t.after(() => rm(dir, { recursive: true }));
  await cp(picture, join(dir, "a.png"));
  if (labels !== null) await writeFile(join(dir, "labels.tsv"), labels);
  return dir;
}

test("solve reads what it can, says why of the rest, and ends with 1", async (t) => {
  const dir = await folder(t, null);
  const words = ["solve", picture, join(dir, "none.png"), dir, join(dir, "a.png")];
  const { code, stdout } = await run(...words);
  assert.equal(code, 1);
  const lines = stdout.split("\n");
  assert.match(lines[1]!, new RegExp(`captcha-canvas-700001\\.png +${TEXT} +0\\.\\d{3}$`));
  assert.match(lines[2]!, /none\.png +There is no such file\.$/);
  assert.match(lines[3]!, /This is a folder, not a file\.$/);
  assert.match(lines[4]!, new RegExp(`a\\.png +${TEXT} +`));

  const asJson = await run(...words, "--json");
  assert.equal(asJson.code, 1);
  const rows = JSON.parse(asJson.stdout) as { file: string; text?: string; error?: string }[];
  assert.deepEqual(
    rows.map(({ text, error }) => text ?? error),
    [TEXT, "There is no such file.", "This is a folder, not a file.", TEXT],
  );
});

test("bench names the files that are missing, and prints JSON that is a report", async (t) => {
  const dir = await folder(t, `a.png\t${TEXT}\nb.png\tx\n`);
  const missing = await run("bench", dir);
  assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  assert.match(missing.stderr, /^ {2}b\.png: There is no such file\.$/m);

  await writeFile(join(dir, "b.png"), "no picture");
  const { code, stdout } = await run("bench", dir, "--json");
  assert.equal(code, 0);
  const report = JSON.parse(stdout) as { total: number; exact: number; caseSensitive: boolean };
  assert.deepEqual([report.total, report.exact, report.caseSensitive], [2, 1, false]);
  assert.match((await run("bench", dir)).stdout, /^Unreadable, and counted as wrong: 1 of 2\./m);
});

test("with --case an answer in the wrong case is wrong in the whole summary", async (t) => {
  const dir = await folder(t, `a.png\t${TEXT.toLowerCase()}\n`);
  const told = (await run("bench", dir, "--case")).stdout;
  assert.match(told, /exact +1 +0\.0 %\ncase ignored +1 +100\.0 %\n6 characters +1 +0\.0 %/);
  assert.match(told, new RegExp(`a\\.png +${TEXT.toLowerCase()} +${TEXT}`));
  const ignored = (await run("bench", dir)).stdout;
  assert.match(ignored, /case ignored +1 +100\.0 %\nexact +1 +0\.0 %\n6 characters +1 +100\.0 %/);
  assert.doesNotMatch(ignored, /Wrong/);
});

test("a page that cannot be written is refused before anything is read, and one that can is not made yet", async (t) => {
  const dir = await folder(t, null);
  const nowhere = await run("bench", dir, "--html", join(dir, "none", "x.html"));
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /Cannot write .*x\.html: There is no folder .*none\. Make it first\./);
  assert.match((await run("bench", dir, "--html", dir)).stderr, /Cannot write .*: It is a folder\./);
  const page = join(dir, "x.html");
  assert.match((await run("bench", dir, "--html", page)).stderr, /Cannot read .*labels\.tsv/);
  assert.ok(!existsSync(page));
  await writeFile(join(dir, "labels.tsv"), `a.png\t${TEXT}\n`);
  assert.equal((await run("bench", dir, "--html", page)).code, 0);
  assert.ok(existsSync(page));
});

test("the summary is printed even if the page then cannot be written", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("no /dev/full here");
  const dir = await folder(t, `a.png\t${TEXT}\n`);
  const { code, stdout, stderr } = await run("bench", dir, "--html", "/dev/full");
  assert.equal(code, 1);
  assert.match(stdout, /^With a threshold of 90/m);
  assert.match(stderr, /Cannot write \/dev\/full: ENOSPC/);
});

test("a length that nothing can have is refused", async () => {
  for (const [length, why] of [
    ["9-2", /Expected the smaller number first: 2-9 instead of 9-2\./],
    ["0", /Expected 1 to 20 characters/],
    ["4-21", /Expected 1 to 20 characters/],
    ["five", /Expected a number such as 5, or a range such as 4-6\./],
  ] as const) {
    const { code, stdout, stderr } = await run("solve", "--length", length, picture);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, why);
    assert.match(stderr, /add --help for the options/);
  }
  assert.equal((await run("solve", "--length", "6-6", picture)).code, 0);
});

test("digits only and letters only is nothing", async () => {
  const { code, stdout, stderr } = await run("solve", "--numeric", "--letters", picture);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /'--letters' cannot be used with option '--numeric'/);
});

test("escape sequences in names and labels do not get to the terminal", async (t) => {
  const evil = "\u001B]0;x\u0007\u009B2J";
  const dir = await folder(t, `a.png\t${evil}\n`);
  await cp(picture, join(dir, `${evil}.png`));
  const runs = [
    await run("solve", join(dir, `${evil}.png`), join(dir, evil)),
    await run("bench", dir),
    await run("bench", join(dir, evil)),
    await run("solve", `--${evil}`),
  ];
  for (const { stdout, stderr } of runs) {
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]/u);
    assert.match(stdout + stderr, /\uFFFD\]0;x\uFFFD\uFFFD2J/);
  }
});
