import assert from "node:assert/strict";
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

test("with --case an answer in the wrong case is wrong in the whole summary", async (t) => {
  const dir = await folder(t, `a.png\t${TEXT.toLowerCase()}\n`);
  const told = (await run("bench", dir, "--case")).stdout;
  assert.match(told, /case ignored +1 +100\.0 %\nexact +1 +0\.0 %\n6 characters +1 +0\.0 %/);
  assert.match(told, new RegExp(`a\\.png +${TEXT.toLowerCase()} +${TEXT}`));
  const ignored = (await run("bench", dir)).stdout;
  assert.match(ignored, /case ignored +1 +100\.0 %\nexact +1 +0\.0 %\n6 characters +1 +100\.0 %/);
  assert.doesNotMatch(ignored, /Wrong/);
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

test("escape sequences in names and labels do not get to the terminal", async (t) => {
  const evil = "\u001B]0;x\u0007\u009B2J";
  const dir = await folder(t, `a.png\t${evil}\n`);
  await cp(picture, join(dir, `${evil}.png`));
  const runs = [
    await run("solve", join(dir, `${evil}.png`)),
    await run("bench", dir),
    await run("bench", join(dir, evil)),
    await run("solve", `--${evil}`),
  ];
  for (const { stdout, stderr } of runs) {
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]/u);
    assert.match(stdout + stderr, /\uFFFD\]0;x\uFFFD\uFFFD2J/);
  }
});
