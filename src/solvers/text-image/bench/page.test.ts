import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { benchFolder } from "./folder.ts";
import { benchPage } from "./page.ts";
import { scoreOf } from "./score.ts";

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

/** The report of a bench that read each of the files wrongly. */
function allWrong(files: readonly string[], caseSensitive = false) {
  const answers = files.map((file) => ({
    file,
    style: "",
    expected: "Ab",
    got: "ab",
    confidence: 0.5,
    cpuMs: 1,
  }));
  return scoreOf(answers, caseSensitive);
}

test("few of the pictures on a page are decoded at the same time", async (t) => {
  const files = Array.from({ length: 40 }, (_, i) => `captcha-canvas-70000${1 + (i % 6)}.png`);
  let most = 0;
  const count = (): void => {
    const { queue, process } = sharp.counters();
    most = Math.max(most, queue + process);
  };
  sharp.queue.on("change", count);
  t.after(() => sharp.queue.off("change", count));
  const page = await benchPage(golden, "many", allWrong(files, true));
  assert.equal(page.match(/<img src="data:image\/png;base64,/g)?.length, 40);
  // Not exactly four: sharp counts a picture a moment longer than it works on it.
  assert.ok(most >= 1 && most <= 8, `${most} at once`);
});

test("a picture that is gone when the page is written is named all the same", async () => {
  const page = await benchPage(golden, "gone", allWrong(["none.png"], true));
  assert.match(page, /cannot be shown/);
  assert.match(page, /none\.png/);
});

test("a page says in which sense its answers are right, and counts in it", async () => {
  const files = ["captcha-canvas-700001.png"];
  const told = await benchPage(golden, "told", allWrong(files, true));
  assert.match(told, /upper and lower case are told apart/);
  assert.match(told, /<dt>right<\/dt><dd>0\.0 %<\/dd>.*<dt>right, case ignored<\/dt><dd>100\.0 %<\/dd>/);
  assert.match(told, /<h2>By length<\/h2>.*\n?.*<td>2<\/td><td>1<\/td><td>0\.0 %<\/td>/);
  const ignored = await benchPage(golden, "ignored", allWrong(files));
  assert.match(ignored, /case does not count/);
  assert.match(ignored, /<dt>right<\/dt><dd>100\.0 %<\/dd>.*<dt>right, case told<\/dt><dd>0\.0 %<\/dd>/);
});
