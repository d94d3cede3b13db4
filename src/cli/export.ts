import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option as Flag } from "commander";
import { messageOf, OperatorError } from "../base/errors.ts";
import { ImageError, inspectImage } from "../protocol/inspect-image.ts";
import { readExamples, type ExportedExample } from "../tasks/export-examples.ts";
import type { Database } from "../database/database.ts";
import { makeDirectories } from "../database/embedded/home.ts";
import { NewFile } from "../database/new-file.ts";
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
    .option("--out <path>", "the folder to make; for ndjson a file to make (default: standard output)")
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
  const next = written > 0 ? ` Measure with: glyphdesk bench ${flags.out}` : "";
  print(flags, { written }, `${written} pictures were written.${next}`);
}

/** Pictures may be personal data: only who wrote them may read them. What is there already is never written to. */
const PRIVATE = { mode: 0o600, flag: "wx" } as const;

/** Pictures named by their example, and what they say: file, answer, verdict, source, type. */
async function writeFolder(database: Database, folder: string): Promise<number> {
  await makeEmpty(folder);
  const lines: string[] = [];
  for await (const { id, type, picture, label, verdict, source } of readExamples(database, true)) {
    // Other types are no pictures of one text.
    if (type !== "ImageToTextTask" || picture === null || label === null) continue;
    const file = `${id}.${extensionOf(picture)}`;
    await writeFile(join(folder, file), picture, PRIVATE);
    lines.push([file, label.replaceAll(/\s/g, " "), verdict, source, type].join("\t"));
  }
  const labels = lines.map((line) => `${line}\n`).join("");
  if (labels !== "") await writeFile(join(folder, "labels.tsv"), labels, PRIVATE);
  return lines.length;
}

async function makeEmpty(folder: string): Promise<void> {
  let found: readonly string[];
  try {
    await makeDirectories(folder);
    found = await readdir(folder);
  } catch (error) {
    throw new OperatorError(`Cannot make ${folder}: ${messageOf(error)}. Name a folder elsewhere.`, {
      cause: error,
    });
  }
  if (found.length > 0)
    throw new OperatorError(`${folder} is not empty. Name an empty folder, or a new one.`);
}

async function writeLines(database: Database, path: string | undefined): Promise<number> {
  let written = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const example of readExamples(database, false)) {
      yield Buffer.from(`${JSON.stringify(plain(example))}\n`);
      written += 1;
    }
  }
  if (path === undefined) {
    for await (const line of lines()) if (!(await printPart(line))) break;
    return written;
  }
  const file = await NewFile.begin(path);
  try {
    await file.write(lines());
    await file.finish();
  } catch (error) {
    throw await file.giveUp(error);
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
