import { defaultModelDir } from "./card.ts";
import { openFile } from "./open-file.ts";
import { noHints, type Hints } from "../../protocol/text-hints.ts";
import { openReader, type ReadResult } from "./reader.ts";

export interface FileOptions {
  readonly hints?: Partial<Hints>;
  readonly modelDir?: string;
  /** Called after each file. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SolvedFile {
  readonly file: string;
  readonly result: ReadResult;
}

/** Reads image files one by one in this thread. One that cannot be opened is as unreadable as a damaged one. */
export async function solveFiles(paths: readonly string[], options: FileOptions = {}): Promise<SolvedFile[]> {
  const hints = { ...noHints, ...options.hints };
  const reader = await openReader(options.modelDir ?? defaultModelDir());
  try {
    const out: SolvedFile[] = [];
    for (const file of paths) {
      const opened = await openFile(file);
      const [result] =
        opened.kind === "opened" ? await reader.read([{ image: opened.bytes, hints }]) : [opened];
      out.push({ file, result: result! });
      options.onProgress?.(out.length, paths.length);
    }
    return out;
  } finally {
    await reader.close();
  }
}
