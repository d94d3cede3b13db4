import { readFile } from "node:fs/promises";
import { messageOf } from "../../base/errors.ts";
import { drawAnew } from "../../protocol/draw-anew.ts";

export type OpenedFile =
  | { readonly kind: "opened"; readonly bytes: Uint8Array }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A file's bytes, turned upright as createTask does, or the sentence that says why there are none. */
export async function openFile(path: string): Promise<OpenedFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return { kind: "unreadable", reason: whyNot(error) };
  }
  return { kind: "opened", bytes: await drawAnew(bytes, false) };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file.",
  ENOTDIR: "There is no such file.",
  EISDIR: "This is a folder, not a file.",
  EACCES: "It may not be read: permission denied.",
  EPERM: "It may not be read: permission denied.",
};

/** What the file system says of a file that cannot be read, as a sentence without its path. */
export function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? messageOf(error);
}
