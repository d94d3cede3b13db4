import { openFile } from "./bench/folder.ts";
import { defaultModelDir } from "./card.ts";
import { noHints, type Hints } from "../../protocol/text-hints.ts";
import { openReader, type ReadResult } from "./reader.ts";

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
        { image: await openFile(file), hints: { ...noHints, ...options.hints } },
      ]);
      out.push({ file, result: result! });
    }
    return out;
  } finally {
    await reader.close();
  }
}
