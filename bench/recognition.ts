/**
 * `npm run bench:recognition -- [FOLDER…]`: the recogniser on folders with labels.tsv, one picture at a time, and other
 * recognisers on the same pictures in the same run. Without a folder the captcha generators on npm draw the pictures.
 * The other recognisers come with `npm install --prefix bench/recognition`, further generators with
 * `npm install --prefix training`; what is not installed is left out and named.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { messageOf } from "../src/base/errors.ts";
import { answersIn } from "../src/solvers/text-image/bench/folder.ts";
import { parseLabels } from "../src/solvers/text-image/bench/labels.ts";
import { reliabilityPlot } from "../src/solvers/text-image/bench/plot.ts";
import { scoreOf, type Answered } from "../src/solvers/text-image/bench/score.ts";
import { sumValue } from "../src/solvers/text-image/sum.ts";
import { openPaddle, openTesseract, type Rival } from "./recognition/rivals.ts";
import { measureServer } from "./recognition/server.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Pictures of each generator, if none are given. */
    count: { type: "string", default: "100" },
    math: { type: "boolean", default: false },
    /** Leaves the other recognisers out. */
    alone: { type: "boolean", default: false },
    /** Also measures the whole server with these pictures. */
    server: { type: "boolean", default: false },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    /** Writes the reliability plot as PNG. */
    plot: { type: "string" },
  },
});

const GENERATORS = "svg-captcha svg-math trek-captcha captcha.gif captchapng captcha-canvas haileybot".split(
  " ",
);
/** Never trained on. */
const UNSEEN = ["captcha-generator-alphanumeric", "ppfun-captcha"];
const FIRST_SEED = 500_001;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const left: string[] = [];

function draw(generator: string): string | null {
  const training = fileURLToPath(new URL("../training/", import.meta.url));
  const dir = join(training, "cache/bench", `${generator}-${FIRST_SEED}-${flags.count}`);
  if (existsSync(join(dir, "labels.tsv"))) return dir;
  const args = ["files", generator, flags.count, String(FIRST_SEED), dir];
  try {
    execFileSync(process.execPath, [join(training, "draw.ts"), ...args], { stdio: "pipe" });
    return dir;
  } catch {
    left.push(generator);
    return null;
  }
}

async function openRivals(): Promise<Rival[]> {
  const rivals: Rival[] = [];
  for (const [name, open] of [
    ["tesseract.js", openTesseract],
    ["PaddleOCR", openPaddle],
  ] as const) {
    try {
      rivals.push(await open());
    } catch (error) {
      left.push(`${name} (${messageOf(error).split("\n")[0]})`);
    }
  }
  return rivals;
}

/** What a rival makes of the same pictures. Sums are worked out for it. */
async function askRival(rival: Rival, dir: string, math: boolean): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const { file, answer, style } of parseLabels(await readFile(join(dir, "labels.tsv")), dir)) {
    const image = await readFile(join(dir, file));
    const before = process.cpuUsage();
    const { text, confidence } = await rival.read(image).catch(() => ({ text: null, confidence: 0 }));
    const { user, system } = process.cpuUsage(before);
    const got = math && text !== null ? (sumValue(text) ?? text) : text;
    answers.push({ file, style, expected: answer, got, confidence, cpuMs: (user + system) / 1000 });
  }
  return answers;
}

function row(style: string, reader: string, answers: readonly Answered[]): string {
  const { total, folded, exact, calibrationError, at90, cpuMs } = scoreOf(answers);
  const share = (part: number, whole = total) =>
    whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
  return [
    style.padEnd(30),
    reader.padEnd(13),
    String(total).padStart(5),
    ...[share(folded), share(exact), calibrationError.toFixed(3), share(at90.answered)].map((cell) =>
      cell.padStart(8),
    ),
    share(at90.right, at90.answered).padStart(8),
    `${cpuMs.median.toFixed(1)} / ${cpuMs.p95.toFixed(1)}`.padStart(14),
  ].join("  ");
}

const given = positionals.map((dir) => ({ dir: resolve(dir), math: flags.math, seen: true }));
const drawn = [...GENERATORS, ...UNSEEN].map((name) => ({
  dir: given.length > 0 ? null : draw(name),
  math: name === "svg-math",
  seen: !UNSEEN.includes(name),
}));
const folders =
  given.length > 0 ? given : drawn.filter((one): one is (typeof given)[number] => one.dir !== null);
const rivals = flags.alone ? [] : await openRivals();

print(
  "style                           reader       total    right     exact   cal.err  at90:answ     right   CPU ms med / p95",
);
const ours: { seen: boolean; answers: Answered[] }[] = [];
const theirs = new Map<string, Answered[]>();
for (const { dir, math, seen } of folders) {
  const answers = await answersIn(dir, { hints: { math } });
  ours.push({ seen, answers });
  print(row(basename(dir), "glyphdesk", answers));
  for (const rival of rivals) {
    const found = await askRival(rival, dir, math);
    theirs.set(rival.name, [...(theirs.get(rival.name) ?? []), ...found]);
    print(row("", rival.name, found));
  }
}
const all = (seen: boolean): Answered[] =>
  ours.filter((one) => one.seen === seen).flatMap(({ answers }) => answers);
print(row("all", "glyphdesk", [...all(true), ...all(false)]));
for (const [name, answers] of theirs) print(row("", name, answers));
for (const rival of rivals) await rival.close();

if (flags.plot !== undefined) {
  const series = [
    { name: given.length > 0 ? "these pictures" : "styles in the training mix", answers: all(true) },
    { name: "styles it never saw", answers: all(false) },
  ].filter(({ answers }) => answers.length > 0);
  const svg = reliabilityPlot(series.map(({ name, answers }) => ({ name, bands: scoreOf(answers).bands })));
  await sharp(Buffer.from(svg), { density: 144 })
    .flatten({ background: "#fff" })
    .png({ palette: true })
    .toFile(flags.plot);
}
if (flags.server) {
  const sample = folders.filter(({ math, seen }) => seen && !math);
  const files = await Promise.all(
    sample.map(async ({ dir }) => {
      const labels = parseLabels(await readFile(join(dir, "labels.tsv")), dir);
      return Promise.all(labels.map(({ file }) => readFile(join(dir, file))));
    }),
  );
  const { alone, crowd } = await measureServer(
    files.flat(),
    Number(flags.seconds),
    Number(flags.connections),
  );
  print(
    `server, one caller: createTask to ready p50 ${alone.p50.toFixed(1)} ms, p99 ${alone.p99.toFixed(1)} ms`,
  );
  print(
    `server, ${crowd.connections} callers: ${crowd.perSecond.toFixed(0)} pictures/s, p50 ${crowd.p50.toFixed(0)} ms, p99 ${crowd.p99.toFixed(0)} ms`,
  );
}
if (left.length > 0) print(`Left out, because not installed: ${left.join(", ")}.`);
