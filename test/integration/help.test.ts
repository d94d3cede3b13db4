import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { startCommands } from "../support/command.ts";

const run = startCommands({});

it("help fits a terminal of 80 columns, and says what is required", async () => {
  for (const words of [[], ["worker"], ["worker", "pause"], ["key", "limit"], ["site", "add"]]) {
    const { code, stdout } = await run(...words, "--help");
    assert.equal(code, 0);
    const long = stdout.split("\n").filter((line) => line.length > 80);
    assert.deepEqual(long, [], words.join(" "));
    assert.doesNotMatch(stdout, /^ .*\[options\]/m);
  }
  assert.match((await run("site", "add", "--help")).stdout, /--consent <note>[^(]*\(required\)/);
  assert.match((await run("worker", "pause", "--help")).stdout, /--reason <sentence>[^(]*\(required\)/);
});

it("--version is the package's", async () => {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  assert.deepEqual(await run("--version"), { code: 0, stdout: `${version}\n`, stderr: "" });
});
