import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
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

test("a file that is not there is the operator's error and names the file", async () => {
  await assert.rejects(solveFiles(["/nonexistent.png"]), (error) => {
    assert.ok(error instanceof OperatorError);
    return error.message.includes("/nonexistent.png");
  });
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
