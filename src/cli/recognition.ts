import { Command } from "commander";
import type { BenchReport, SolvedFile } from "../solvers/text-image/files.ts";
import { print, progressBar, table, withJson } from "./output.ts";

interface Flags {
  readonly json?: boolean;
  readonly numeric?: boolean;
  readonly math?: boolean;
  readonly case?: boolean;
}

/** `glyphdesk solve` and `glyphdesk bench`: the recogniser alone, without a server or a database. */
export function recognitionCommands(): Command[] {
  const solve = new Command("solve")
    .description("read pictures and print their text and the confidence")
    .argument("<file...>")
    .action(async (paths: string[], flags: Flags) => {
      const { solveFiles } = await import("../solvers/text-image/files.ts");
      const solved = await solveFiles(paths, { hints: hints(flags) });
      print(flags, solved.map(plain), table(["FILE", "TEXT", "CONFIDENCE"], solved.map(row)));
      if (solved.some(({ result }) => result.kind !== "reading")) process.exitCode = 1;
    });
  const bench = new Command("bench")
    .description("read a folder of pictures and compare with its labels.tsv (file, tab, answer)")
    .argument("<folder>")
    .action(async (folder: string, flags: Flags) => {
      const { benchFolder } = await import("../solvers/text-image/files.ts");
      const bar = progressBar("reading");
      const report = await benchFolder(folder, {
        hints: hints(flags),
        onProgress: (done, total) => bar.update(done, total),
      });
      bar.end();
      print(flags, report, summary(report));
    });
  return [solve, bench].map((command) =>
    withJson(command)
      .option("--numeric", "the answers are digits only")
      .option("--math", "the pictures hold sums; answer their results")
      .option("--case", "tell upper and lower case apart"),
  );
}

function hints(flags: Flags): { numeric: boolean; math: boolean; caseSensitive: boolean } {
  return { numeric: flags.numeric === true, math: flags.math === true, caseSensitive: flags.case === true };
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
  const share = (count: number, total = report.total) => `${((100 * count) / total).toFixed(1)} %`;
  const lengths = Object.entries(report.perLength).map(([length, { total, folded }]) => [
    `${length} characters`,
    String(total),
    share(folded, total),
  ]);
  const wrong = report.wrong
    .toSorted((a, b) => b.confidence - a.confidence)
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
        ...lengths,
      ],
    ),
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
