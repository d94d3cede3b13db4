import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { OperatorError, messageOf } from "../base/errors.ts";
import { rightOf, type BenchReport, type GroupScore } from "../solvers/text-image/bench/score.ts";
import type { SolvedFile } from "../solvers/text-image/files.ts";
import { lengths, LONGEST_LINE, type Hints } from "../protocol/text-hints.ts";
import { print, progressBar, table, withJson } from "./output.ts";

interface Flags {
  readonly json?: boolean;
  readonly numeric?: boolean;
  readonly letters?: boolean;
  readonly length?: readonly [min: number, max: number];
  readonly math?: boolean;
  readonly case?: boolean;
  readonly html?: string;
}

/** `glyphdesk solve`: the recogniser alone, without a server or a database. */
export function solveCommand(): Command {
  const command = new Command("solve")
    .description("read pictures and print their text and the confidence")
    .argument("<file...>")
    .action(async (paths: string[], flags: Flags) => {
      const { solveFiles } = await import("../solvers/text-image/files.ts");
      const solved = await solveFiles(paths, { hints: hints(flags) });
      print(flags, solved.map(plain), table(["FILE", "TEXT", "CONFIDENCE"], solved.map(row)));
      if (solved.some(({ result }) => result.kind !== "reading")) process.exitCode = 1;
    });
  return withHints(command);
}

/** `glyphdesk bench`: the same with the pictures of a folder whose answers are known. */
export function benchCommand(): Command {
  const command = new Command("bench")
    .description("read a folder of pictures and compare with its labels.tsv (file, tab, answer)")
    .argument("<folder>")
    .option("--html <file>", "also write a page that shows the wrong answers and where they come from")
    .addHelpText(
      "after",
      "\nA picture's style is the folder it is in, or else its name up to the last dash: forum-17.png is of the style forum.",
    )
    .action(async (folder: string, flags: Flags) => {
      const { benchFolder } = await import("../solvers/text-image/bench/folder.ts");
      const bar = progressBar("reading");
      const report = await benchFolder(folder, {
        hints: hints(flags),
        onProgress: (done, total) => bar.update(done, total),
      });
      bar.end();
      if (flags.html !== undefined) await writePage(flags.html, folder, report);
      print(flags, report, summary(report));
    });
  return withHints(command);
}

function withHints(command: Command): Command {
  return withJson(command)
    .option("--numeric", "the answers are digits only")
    .option("--letters", "the answers are letters only")
    .option("--length <n>", "how many characters the answers have: 5, or 4-6", parseLength)
    .option("--math", "the pictures hold sums; answer their results")
    .option("--case", "tell upper and lower case apart");
}

function hints({ numeric, letters, length, math, case: caseSensitive }: Flags): Partial<Hints> {
  return {
    characters: numeric ? (letters ? "digits or letters" : "digits") : letters ? "letters" : "any",
    math: math === true,
    caseSensitive: caseSensitive === true,
    ...(length && lengths(...length)),
  };
}

function parseLength(text: string): readonly [number, number] {
  const [, from, to = from] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text) ?? [];
  const [min, max] = [Number(from), Number(to)];
  if (from === undefined)
    throw new InvalidArgumentError("Expected a number such as 5, or a range such as 4-6.");
  if (min > max)
    throw new InvalidArgumentError(`Expected the smaller number first: ${max}-${min} instead of ${text}.`);
  // Bounds beyond these would be dropped without a word.
  if (min < 1 || max > LONGEST_LINE)
    throw new InvalidArgumentError(`Expected 1 to ${LONGEST_LINE} characters: longer texts are not read.`);
  return [min, max];
}

async function writePage(file: string, folder: string, report: BenchReport): Promise<void> {
  const { benchPage } = await import("../solvers/text-image/bench/page.ts");
  const page = await benchPage(folder, basename(resolve(folder)), report);
  await writeFile(file, page).catch((error: unknown) => {
    throw new OperatorError(`Cannot write ${file}: ${messageOf(error)}`, { cause: error });
  });
}

function plain({ file, result }: SolvedFile): object {
  if (result.kind !== "reading") return { file, error: result.reason };
  return { file, text: result.reading.text, confidence: result.reading.confidence };
}

function row({ file, result }: SolvedFile): string[] {
  if (result.kind !== "reading") return [file, "", result.reason];
  return [file, result.reading.text, result.reading.confidence.toFixed(3)];
}

/** Rows for the longest table of wrong answers that is still read. */
const SHOWN_WRONG = 20;

function summary(report: BenchReport): string {
  const share = (count: number, total = report.total) =>
    total === 0 ? "–" : `${((100 * count) / total).toFixed(1)} %`;
  const groups = (scores: Readonly<Record<string, GroupScore>>, nameOf: (group: string) => string) =>
    Object.entries(scores).map(([group, score]) => [
      nameOf(group),
      String(score.total),
      share(rightOf(score, report), score.total),
    ]);
  const styles =
    Object.keys(report.perStyle).length > 1 ? groups(report.perStyle, (name) => name || "–") : [];
  const wrong = report.wrong
    .slice(0, SHOWN_WRONG)
    .map(({ file, expected, got, confidence }) => [
      file,
      expected,
      got ?? "(unreadable)",
      confidence.toFixed(3),
    ]);
  const parts = [
    table(
      ["", "PICTURES", "RIGHT"],
      [
        ["case ignored", String(report.total), share(report.folded)],
        ["exact", String(report.total), share(report.exact)],
        ...groups(report.perLength, (length) => `${length} characters`),
        ...styles,
      ],
    ),
    `With a threshold of 90: ${share(report.at90.answered)} answered, ${share(report.at90.right, report.at90.answered)} of them right.`,
    `Calibration error ${report.calibrationError.toFixed(3)}. CPU a picture: median ${report.cpuMs.median.toFixed(1)} ms, 95th percentile ${report.cpuMs.p95.toFixed(1)} ms.`,
  ];
  if (wrong.length > 0) {
    parts.push(
      `Wrong, the surest first (${wrong.length} of ${report.wrong.length}):`,
      table(["FILE", "EXPECTED", "READ", "CONFIDENCE"], wrong),
    );
  }
  return parts.join("\n\n");
}
