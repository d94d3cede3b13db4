import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError, messageOf } from "../../../base/errors.ts";
import { drawAnew } from "../../../protocol/draw-anew.ts";
import { defaultModelDir } from "../card.ts";
import { noHints, type Hints } from "../../../protocol/text-hints.ts";
import { openReader } from "../reader.ts";
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
 * at a time, in this thread.
 */
export async function answersIn(dir: string, options: BenchOptions = {}): Promise<Answered[]> {
  const labels = parseLabels(await openFile(join(dir, "labels.tsv")), dir);
  const hints = { ...noHints, ...options.hints };
  const reader = await openReader(options.modelDir ?? defaultModelDir());
  try {
    const answers: Answered[] = [];
    for (const { file, answer, style } of labels) {
      const image = await openFile(join(dir, file));
      const before = process.cpuUsage();
      const [result] = await reader.read([{ image, hints }]);
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

/** A file's bytes, turned upright as createTask does. One that cannot be read is an `OperatorError`. */
export async function openFile(path: string): Promise<Uint8Array> {
  try {
    return await drawAnew(await readFile(path), false);
  } catch (error) {
    throw new OperatorError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
