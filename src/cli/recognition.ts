import { basename, resolve } from "node:path";
import { Command, InvalidArgumentError, Option as Flag } from "commander";
import type { SolvedFile } from "../solvers/text-image/files.ts";
import { lengths, LONGEST_LINE, type Hints } from "../protocol/text-hints.ts";
import { summary } from "./bench-summary.ts";
import { print, progressBar, table, withJson } from "./output.ts";
import { checkTarget, writePage } from "./write-page.ts";

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
      const bar = progressBar("reading");
      const solved = await solveFiles(paths, { hints: hints(flags), onProgress: bar.update }).finally(
        bar.end,
      );
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
      if (flags.html !== undefined) await checkTarget(flags.html);
      const { benchFolder } = await import("../solvers/text-image/bench/folder.ts");
      const bar = progressBar("reading");
      const options = { hints: hints(flags), onProgress: bar.update };
      const report = await benchFolder(folder, options).finally(bar.end);
      print(flags, report, summary(report));
      if (flags.html === undefined) return;
      const { benchPage } = await import("../solvers/text-image/bench/page.ts");
      await writePage(flags.html, await benchPage(folder, basename(resolve(folder)), report));
    });
  return withHints(command);
}

function withHints(command: Command): Command {
  return withJson(command)
    .option("--numeric", "the answers are digits only")
    .addOption(new Flag("--letters", "the answers are letters only").conflicts("numeric"))
    .option("--length <n>", "how many characters the answers have: 5, or 4-6", parseLength)
    .option("--math", "the pictures hold sums; answer their results")
    .option("--case", "tell upper and lower case apart");
}

function hints({ numeric, letters, length, math, case: caseSensitive }: Flags): Partial<Hints> {
  return {
    characters: numeric ? "digits" : letters ? "letters" : "any",
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

function plain({ file, result }: SolvedFile): object {
  if (result.kind !== "reading") return { file, error: result.reason };
  return { file, text: result.reading.text, confidence: result.reading.confidence };
}

function row({ file, result }: SolvedFile): string[] {
  if (result.kind !== "reading") return [file, "", result.reason];
  return [file, result.reading.text, result.reading.confidence.toFixed(3)];
}
