import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { benchFolder } from "./folder.ts";
import { benchPage } from "./page.ts";

const golden = fileURLToPath(new URL("../../../../test/golden/", import.meta.url));

test("the page shows wrong answers as pictures and is safe whatever names and answers hold", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "bench-page-"));
  t.after(() => rm(dir, { recursive: true }));
  const hostile = `<img src=x onerror=alert(1)>"'&`;
  await cp(join(golden, "captchapng-700001.png"), join(dir, `${hostile.replaceAll("/", "")}-1.png`));
  await cp(join(golden, "trek-captcha-700001.gif"), join(dir, "trek-1.gif"));
  await writeFile(join(dir, "broken-1.png"), "<script>alert(1)</script>");
  const labels = [`${hostile}-1.png\t${hostile}`, "trek-1.gif\tnot this", "broken-1.png\tabc"];
  await writeFile(join(dir, "labels.tsv"), labels.join("\n"));
  const report = await benchFolder(dir);
  const page = await benchPage(dir, `</title><script>alert(2)</script>`, report);

  assert.doesNotMatch(page, /<script|<img src=x|onerror=alert\(1\)>"/);
  // Two pictures as PNG; the one that is none is named all the same.
  assert.equal(page.match(/<img src="data:image\/png;base64,/g)?.length, 2);
  assert.match(page, /cannot be shown/);
  assert.match(page, /broken-1\.png/);
  // Nothing may be fetched and nothing may run.
  assert.match(page, /default-src 'none'; img-src data:; style-src 'sha256-[\w+/]{43}='/);
  assert.doesNotMatch(page, /style="|<link|@import|url\(|https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
  for (const heading of ["Confidence", "By length", "By style", "Confusions", "Wrong answers"]) {
    assert.match(page, new RegExp(`<h2>${heading}`));
  }
});

test("a page of a folder without a mistake says so", async () => {
  const report = await benchFolder(join(golden, "sums"), { hints: { math: true } });
  assert.equal(report.wrong.length, 0);
  const page = await benchPage(join(golden, "sums"), "sums", report);
  assert.match(page, /Wrong answers[^<]*<\/h2>\s*<p>None\./);
});
