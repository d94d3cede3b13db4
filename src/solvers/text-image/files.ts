import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError, messageOf } from "../../base/errors.ts";
import { defaultModelDir } from "./card.ts";
import { noHints, type Hints } from "./hints.ts";
import { openReader, type Reader, type ReadResult } from "./reader.ts";

export interface FileOptions {
  readonly hints?: Partial<Hints>;
  readonly modelDir?: string;
}

export interface SolvedFile {
  readonly file: string;
  readonly result: ReadResult;
}

/** Reads image files one by one in this thread. A file that cannot be opened is an `OperatorError`. */
export async function solveFiles(paths: readonly string[], options: FileOptions = {}): Promise<SolvedFile[]> {
  const reader = await openReader(options.modelDir ?? defaultModelDir());
  try {
    const out: SolvedFile[] = [];
    for (const file of paths) {
      const [result] = await reader.read([
        { image: await open(file), hints: { ...noHints, ...options.hints } },
      ]);
      out.push({ file, result: result! });
    }
    return out;
  } finally {
    await reader.close();
  }
}

export interface BenchOptions extends FileOptions {
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WrongAnswer {
  readonly file: string;
  readonly expected: string;
  /** What was read; null for a picture that could not be used. */
  readonly got: string | null;
  readonly confidence: number;
}

export interface LengthScore {
  readonly total: number;
  readonly folded: number;
}

export interface BenchReport {
  readonly total: number;
  /** Right answers, character by character. */
  readonly exact: number;
  /** Right answers if case does not count. */
  readonly folded: number;
  /** Case-folded, by the length of the expected answer. */
  readonly perLength: Readonly<Record<number, LengthScore>>;
  /** Mean gap between confidence and being right (case-folded), over ten equal bands of confidence. */
  readonly calibrationError: number;
  /** CPU time of this process per picture, from file bytes to answer. */
  readonly cpuMs: { readonly median: number; readonly p95: number };
  /** Not right even case-folded. */
  readonly wrong: readonly WrongAnswer[];
}

/**
 * Reads every picture that `labels.tsv` in the folder names (file, tab, answer; further columns are ignored) and
 * compares. One picture at a time, in this thread.
 */
export async function benchFolder(dir: string, options: BenchOptions = {}): Promise<BenchReport> {
  const labels = parseLabels(await open(join(dir, "labels.tsv")), dir);
  const reader = await openReader(options.modelDir ?? defaultModelDir());
  try {
    return await bench(reader, dir, labels, options);
  } finally {
    await reader.close();
  }
}

interface Label {
  readonly file: string;
  readonly answer: string;
}

/** The labelled files. Throws an `OperatorError` that names the first line without a tab. */
export function parseLabels(bytes: Uint8Array, dir: string): Label[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const labels: Label[] = [];
  lines.forEach((line, i) => {
    if (line === "") return;
    const [file, answer] = line.split("\t");
    if (file === undefined || file === "" || answer === undefined) {
      throw new OperatorError(
        `${join(dir, "labels.tsv")}, line ${i + 1}: expected a file name, a tab and the answer.`,
      );
    }
    labels.push({ file, answer });
  });
  if (labels.length === 0) throw new OperatorError(`${join(dir, "labels.tsv")} names no files.`);
  return labels;
}

async function bench(
  reader: Reader,
  dir: string,
  labels: readonly Label[],
  options: BenchOptions,
): Promise<BenchReport> {
  const hints = { ...noHints, ...options.hints };
  const perLength: Record<number, { total: number; folded: number }> = {};
  const bands = Array.from({ length: 10 }, () => ({ total: 0, right: 0, confidence: 0 }));
  const times: number[] = [];
  const wrong: WrongAnswer[] = [];
  let exact = 0;
  for (const [i, { file, answer }] of labels.entries()) {
    const image = await open(join(dir, file));
    const before = process.cpuUsage();
    const [result] = await reader.read([{ image, hints }]);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
    const got = result!.kind === "reading" ? result!.reading.text : null;
    const confidence = result!.kind === "reading" ? result!.reading.confidence : 0;
    const right = got?.toLowerCase() === answer.toLowerCase();
    if (got === answer) exact++;
    const length = (perLength[Array.from(answer).length] ??= { total: 0, folded: 0 });
    length.total++;
    if (right) length.folded++;
    else wrong.push({ file, expected: answer, got, confidence });
    const band = bands[Math.min(9, Math.floor(confidence * 10))]!;
    band.total++;
    band.confidence += confidence;
    if (right) band.right++;
    options.onProgress?.(i + 1, labels.length);
  }
  const gap = bands.reduce((sum, band) => sum + Math.abs(band.confidence - band.right), 0);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return {
    total: labels.length,
    exact,
    folded: labels.length - wrong.length,
    perLength,
    calibrationError: gap / labels.length,
    cpuMs: { median: at(0.5), p95: at(0.95) },
    wrong,
  };
}

async function open(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new OperatorError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
