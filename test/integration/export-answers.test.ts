import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { startCommands } from "../support/command.ts";
import { createTestDatabase } from "../support/database.ts";

/** What `glyphdesk export answers` writes to, and what it leaves alone. */
const { database, url } = await createTestDatabase();
const run = startCommands({ GLYPHDESK_DATABASE_URL: url });
const place = await mkdtemp(join(tmpdir(), "glyphdesk-export-"));
after(() => rm(place, { recursive: true }));

it("a folder without pictures is not one to measure with", async () => {
  const { code, stdout } = await run("export", "answers", "--out", join(place, "none", "yet"));
  assert.deepEqual([code, stdout], [0, "0 pictures were written.\n"]);
  assert.deepEqual(await readdir(join(place, "none", "yet")), []);
});

it("a folder that holds something is refused and stays as it is", async () => {
  await writeFile(join(place, "labels.tsv"), "a.png\tabc\n");
  const { code, stderr } = await run("export", "answers", "--out", place);
  assert.deepEqual(
    [code, stderr],
    [1, `glyphdesk: ${place} is not empty. Name an empty folder, or a new one.\n`],
  );
  assert.equal(await readFile(join(place, "labels.tsv"), "utf8"), "a.png\tabc\n");
  const blocked = await run("export", "answers", "--out", join(place, "labels.tsv", "x"));
  assert.match(blocked.stderr, /^glyphdesk: Cannot make .*x: ENOTDIR.*\. Name a folder elsewhere\.\n$/);
});

it("lines go into a new file that only its owner may read", async () => {
  await database.query(
    `insert into examples (task_key, task_id, account_id, type, lane, fields, label, verdict, source)
     values (1, 1, 1, 'ImageToTextTask', 'machine', '{}', 'abc', 'corrected', 'report')`,
  );
  const file = join(place, "lines");
  const words = ["export", "answers", "--format", "ndjson", "--out", file];
  assert.equal((await run(...words)).stdout, `1 examples were written to ${file}.\n`);
  assert.equal((JSON.parse(await readFile(file, "utf8")) as { label: string }).label, "abc");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await writeFile(file, "mine");
  await chmod(file, 0o644);
  const { code, stderr } = await run(...words);
  assert.equal(code, 1);
  assert.match(stderr, /^glyphdesk: Cannot write .*lines: it exists\. Choose a name that is free\.\n$/);
  assert.equal(await readFile(file, "utf8"), "mine");
});
