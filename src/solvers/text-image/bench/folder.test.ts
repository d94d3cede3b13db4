import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { OperatorError } from "../../../base/errors.ts";
import { solveFiles } from "../files.ts";
import { benchFolder } from "./folder.ts";
import { parseLabels, styleOf } from "./labels.ts";

const golden = fileURLToPath(new URL("../../../../test/golden/", import.meta.url));

async function folder(t: TestContext, labels: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "bench-"));
  t.after(() => rm(dir, { recursive: true }));
  await cp(join(golden, "captchapng-700001.png"), join(dir, "a.png"));
  await writeFile(join(dir, "broken.png"), "no picture");
  await writeFile(join(dir, "labels.tsv"), labels);
  return dir;
}

test("files are read in order; what is no picture says so", async (t) => {
  const dir = await folder(t, "");
  const [a, broken] = await solveFiles([join(dir, "a.png"), join(dir, "broken.png")]);
  assert.ok(a?.result.kind === "reading");
  assert.match(a.result.reading.text, /^\d{4,6}$/);
  assert.equal(broken?.result.kind, "unreadable");
});

test("a photograph that its EXIF data say is to be turned is read upright", async (t) => {
  const dir = await folder(t, "");
  const upright = join(dir, "a.png");
  const turned = join(dir, "turned.jpg");
  // Stored lying on its side; 6 says to turn it by 90 degrees to the right.
  const lying = sharp(upright).flatten({ background: "#fff" }).rotate(270).withMetadata({ orientation: 6 });
  await lying.jpeg({ quality: 95 }).toFile(turned);
  const [expected, got] = await solveFiles([upright, turned]);
  assert.ok(expected?.result.kind === "reading" && got?.result.kind === "reading");
  assert.equal(got.result.reading.text, expected.result.reading.text);
});

test("a file that cannot be opened is unreadable like a damaged one, and the others are read", async (t) => {
  const dir = await folder(t, "");
  const seen: number[] = [];
  const solved = await solveFiles([join(dir, "none.png"), dir, join(dir, "a.png")], {
    onProgress: (done, total) => seen.push(done, total),
  });
  assert.deepEqual(
    solved.map(({ result }) => (result.kind === "unreadable" ? result.reason : result.kind)),
    ["There is no such file.", "This is a folder, not a file.", "reading"],
  );
  assert.deepEqual(seen, [1, 3, 2, 3, 3, 3]);
});

test("labelled files that are not there are named together before any is read", async (t) => {
  const gone = Array.from({ length: 23 }, (_, i) => `none-${i}.png`);
  const lines = ["a.png", "sub", ...gone, ...gone].map((file) => `${file}\tx`);
  const dir = await folder(t, lines.join("\n"));
  await mkdir(join(dir, "sub"));
  await assert.rejects(benchFolder(dir, { onProgress: () => assert.fail("a picture was read") }), (error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /names 25 files, of which 24 cannot be read:/);
    assert.match(error.message, /^ {2}sub: This is a folder or a device, not a file\.$/m);
    assert.match(error.message, /^ {2}none-18\.png: There is no such file\.\n {2}and 4 more\n/m);
    return true;
  });
});

test("a picture that goes away while a bench runs is unreadable, and the others count", async (t) => {
  const dir = await folder(t, "a.png\tx\nbroken.png\tabc\na.png\ty\n");
  const report = await benchFolder(dir, {
    onProgress: () => rmSync(join(dir, "broken.png"), { force: true }),
  });
  assert.equal(report.total, 3);
  assert.equal(report.wrong.find(({ file }) => file === "broken.png")?.got, null);
});

test("a folder without labels.tsv says what a bench needs", async (t) => {
  const dir = await folder(t, "");
  await rm(join(dir, "labels.tsv"));
  await assert.rejects(benchFolder(dir), (error) => {
    assert.ok(error instanceof OperatorError);
    return /labels\.tsv: There is no such file\.\n.*a tab and the answer/.test(error.message);
  });
});

test("a bench that is to tell case apart counts an answer in the wrong case as wrong", async (t) => {
  const dir = await folder(t, "canvas.png\t270b1b\n");
  await cp(join(golden, "captcha-canvas-700001.png"), join(dir, "canvas.png"));
  const told = await benchFolder(dir, { hints: { caseSensitive: true } });
  assert.deepEqual([told.exact, told.folded, told.wrong.length], [0, 1, 1]);
  const ignored = await benchFolder(dir);
  assert.deepEqual([ignored.exact, ignored.folded, ignored.wrong.length], [0, 1, 0]);
});

test("a bench counts exact and folded answers, by length, and lists the wrong ones", async (t) => {
  const dir = await folder(t, "");
  const [read] = await solveFiles([join(dir, "a.png")]);
  assert.ok(read?.result.kind === "reading");
  const answer = read.result.reading.text;
  await writeFile(
    join(dir, "labels.tsv"),
    `a.png\t${answer}\tmore\tcolumns\r\na.png\tWRONG\nbroken.png\tabc\n`,
  );
  const seen: number[] = [];
  const report = await benchFolder(dir, { onProgress: (done, total) => seen.push(done, total) });
  assert.equal(report.total, 3);
  assert.equal(report.exact, 1);
  assert.equal(report.folded, 1);
  assert.deepEqual(report.perLength[answer.length]?.folded, 1);
  assert.deepEqual(report.perLength[3], { total: 1, exact: 0, folded: 0 });
  assert.deepEqual(
    report.wrong.map(({ file, expected, got }) => [file, expected, got]),
    [
      ["a.png", "WRONG", answer],
      ["broken.png", "abc", null],
    ],
  );
  assert.ok(report.cpuMs.median > 0 && report.cpuMs.p95 >= report.cpuMs.median);
  assert.ok(report.calibrationError > 0 && report.calibrationError < 1);
  assert.deepEqual(seen, [1, 3, 2, 3, 3, 3]);
});

const parse = (text: string): unknown => parseLabels(Buffer.from(text), "/pictures");

test("labels without a tab or without any line are refused with file and line", () => {
  assert.deepEqual(parse("\uFEFFa.png\tx\n\nb.png\t\n"), [
    { file: "a.png", answer: "x", style: "" },
    { file: "b.png", answer: "", style: "" },
  ]);
  assert.throws(() => parse("a.png\tx\nb.png x\n"), /labels\.tsv, line 2: expected a file name, a tab/);
  assert.throws(() => parse("\n"), /names no files/);
});

test("lines of labels end as any system ends them", () => {
  const lines = ["a.png\tx", "b.png\ty", ""];
  const expected = parse(lines.join("\n"));
  for (const end of ["\r\n", "\r"]) assert.deepEqual(parse(lines.join(end)), expected);
});

test("a picture's style is its folder, or its name up to the last dash", () => {
  const styles = ["forum-17.png", "bank/17.png", "old/bank/a-1.png", "captcha.gif-700001.gif", "17.png"];
  assert.deepEqual(styles.map(styleOf), ["forum", "bank", "old/bank", "captcha.gif", ""]);
});
