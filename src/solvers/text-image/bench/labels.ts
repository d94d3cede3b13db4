import { join } from "node:path";
import { OperatorError } from "../../../base/errors.ts";

/** One line of `labels.tsv`. */
export interface Label {
  readonly file: string;
  readonly answer: string;
  /** What the pictures of one kind have in common: see styleOf. */
  readonly style: string;
}

/** The labelled files. Throws an `OperatorError` that names the first line without a tab. */
export function parseLabels(bytes: Uint8Array, dir: string): Label[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/);
  const labels: Label[] = [];
  lines.forEach((line, i) => {
    if (line === "") return;
    const [file, answer] = line.split("\t");
    if (file === undefined || file === "" || answer === undefined) {
      throw new OperatorError(
        `${join(dir, "labels.tsv")}, line ${i + 1}: expected a file name, a tab and the answer.`,
      );
    }
    labels.push({ file, answer, style: styleOf(file) });
  });
  if (labels.length === 0) throw new OperatorError(`${join(dir, "labels.tsv")} names no files.`);
  return labels;
}

/** The folder that the file is in, or else its name up to the last dash: `forum-17.png` is of the style `forum`. */
export function styleOf(file: string): string {
  const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
  const dash = file.lastIndexOf("-");
  return folder || (dash > 0 ? file.slice(0, dash) : "");
}
