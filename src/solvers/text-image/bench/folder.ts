import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../../../base/errors.ts";
import { defaultModelDir } from "../card.ts";
import { openFile, whyNot } from "../open-file.ts";
import { noHints, type Hints } from "../../../protocol/text-hints.ts";
import { openReader } from "../reader.ts";
import { checkFiles } from "./check-files.ts";
import { parseLabels } from "./labels.ts";
import { scoreOf, type Answered, type BenchReport } from "./score.ts";

export interface BenchOptions {
  readonly hints?: Partial<Hints>;
  readonly modelDir?: string;
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads the labelled pictures of a folder and adds up what became of them. */
export async function benchFolder(dir: string, options: BenchOptions = {}): Promise<BenchReport> {
  return scoreOf(await answersIn(dir, options), options.hints?.caseSensitive);
}

/**
 * Reads every picture that `labels.tsv` in the folder names (file, tab, answer; further columns are ignored). One picture
 * at a time, in this thread. Files that are not there when it starts are an `OperatorError`, since a share of right
 * answers that counts them says nothing about the recogniser; a file that goes away afterwards is an unreadable picture.
 */
export async function answersIn(dir: string, options: BenchOptions = {}): Promise<Answered[]> {
  const labels = parseLabels(await openLabels(dir), dir);
  await checkFiles(labels, dir);
  const hints = { ...noHints, ...options.hints };
  const reader = await openReader(options.modelDir ?? defaultModelDir());
  try {
    const answers: Answered[] = [];
    for (const { file, answer, style } of labels) {
      const opened = await openFile(join(dir, file));
      const before = process.cpuUsage();
      const [result] =
        opened.kind === "opened" ? await reader.read([{ image: opened.bytes, hints }]) : [opened];
      const { user, system } = process.cpuUsage(before);
      const reading = result!.kind === "reading" ? result!.reading : null;
      answers.push({
        file,
        style,
        expected: answer,
        got: reading?.text ?? null,
        confidence: reading?.confidence ?? 0,
        cpuMs: (user + system) / 1000,
      });
      options.onProgress?.(answers.length, labels.length);
    }
    return answers;
  } finally {
    await reader.close();
  }
}

/** The bytes of the folder's `labels.tsv`. Throws an `OperatorError`. */
async function openLabels(dir: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dir, "labels.tsv"));
  } catch (error) {
    throw new OperatorError(
      `Cannot read ${join(dir, "labels.tsv")}: ${whyNot(error)}\n` +
        "A bench needs a folder with that file: a line for each picture, with its file name, a tab and the answer. " +
        "Pictures whose answers are not known are read by `glyphdesk solve`.",
      { cause: error },
    );
  }
}
