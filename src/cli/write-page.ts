import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, OperatorError } from "../base/errors.ts";

/** Throws an `OperatorError` if the file could not be written now, without making or changing it. */
export async function checkTarget(file: string): Promise<void> {
  const folder = dirname(file);
  const [there, above] = await Promise.all([file, folder].map((path) => stat(path).catch(() => null)));
  if (there?.isDirectory()) throw cannotWrite(file, "It is a folder. Name a file in it.");
  if (!there && !above?.isDirectory())
    throw cannotWrite(file, `There is no folder ${folder}. Make it first.`);
  await access(there ? file : folder, constants.W_OK).catch((error: unknown) => {
    throw cannotWrite(file, messageOf(error), error);
  });
}

export async function writePage(file: string, page: string): Promise<void> {
  await writeFile(file, page).catch((error: unknown) => {
    throw cannotWrite(file, messageOf(error), error);
  });
}

function cannotWrite(file: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError(`Cannot write ${file}: ${why}`, { cause });
}
