import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option as Flag } from "commander";
import { OperatorError } from "../base/errors.ts";
import { ImageError, inspectImage } from "../protocol/inspect-image.ts";
import { readExamples, type ExportedExample } from "../tasks/export-examples.ts";
import type { Database } from "../database/database.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, printPart, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
  readonly format: "folder" | "ndjson";
  readonly out?: string;
}

/** `glyphdesk export answers`. */
export function exportCommands(): Command {
  const group = new Command("export").description("what was learnt from people, for measuring and training");
  const answers = new Command("answers")
    .description(
      "answers of workers, reports and corrections; see GLYPHDESK_EXAMPLES for how long they are kept",
    )
    .addOption(
      new Flag(
        "--format <format>",
        "folder: pictures and a labels.tsv as `bench` reads it; ndjson: everything",
      )
        .choices(["folder", "ndjson"])
        .default("folder"),
    )
    .option("--out <path>", "the folder to make; for ndjson a file (default: standard output)")
    .action(async (flags: Flags) => {
      // A set may be large: a statement takes as long as it takes.
      await withDatabase(flags, (database) => run(database, flags), 0);
    });
  group.addCommand(withJson(withOptions(answers, ["dataDir"])));
  return group;
}

async function run(database: Database, flags: Flags): Promise<void> {
  if (flags.format === "ndjson") {
    const written = await writeLines(database, flags.out);
    if (flags.out !== undefined)
      print(flags, { written }, `${written} examples were written to ${flags.out}.`);
    return;
  }
  if (flags.out === undefined) throw new OperatorError("Name the folder to make: --out FOLDER.");
  const written = await writeFolder(database, flags.out);
  print(flags, { written }, `${written} pictures were written. Measure with: glyphdesk bench ${flags.out}`);
}

/** Pictures may be personal data: only who wrote them may read them. */
const MODE = 0o600;

/** Pictures named by their example, and what they say: file, answer, verdict, source, type. */
async function writeFolder(database: Database, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const lines: string[] = [];
  for await (const { id, type, picture, label, verdict, source } of readExamples(database, true)) {
    // Other types are no pictures of one text.
    if (type !== "ImageToTextTask" || picture === null || label === null) continue;
    const file = `${id}.${extensionOf(picture)}`;
    await writeFile(join(folder, file), picture, { mode: MODE });
    lines.push([file, label.replaceAll(/\s/g, " "), verdict, source, type].join("\t"));
  }
  await writeFile(join(folder, "labels.tsv"), lines.map((line) => `${line}\n`).join(""), { mode: MODE });
  return lines.length;
}

async function writeLines(database: Database, path: string | undefined): Promise<number> {
  const file = path === undefined ? null : await open(path, "w", MODE);
  let written = 0;
  try {
    for await (const example of readExamples(database, false)) {
      const line = `${JSON.stringify(plain(example))}\n`;
      if (file !== null) await file.write(line);
      else if (!(await printPart(line))) break;
      written += 1;
    }
  } finally {
    await file?.close();
  }
  return written;
}

function plain({ picture, ...example }: ExportedExample): object {
  return { ...example, pictureBase64: picture?.toString("base64") ?? null };
}

function extensionOf(picture: Buffer): string {
  try {
    return inspectImage(picture).format;
  } catch (error) {
    if (error instanceof ImageError) return "bin";
    throw error;
  }
}
