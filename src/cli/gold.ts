import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { OperatorError } from "../base/errors.ts";
import { drawAnew } from "../protocol/draw-anew.ts";
import {
  addChecks,
  addChecksFromExamples,
  clearChecks,
  listChecks,
  type NewCheck,
} from "../people/checks.ts";
import { ImageError, inspectImage } from "../protocol/inspect-image.ts";
import { parseLabels } from "../solvers/text-image/bench/labels.ts";
import { whyNot } from "../solvers/text-image/open-file.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
}

interface AddFlags extends Flags {
  readonly case?: boolean;
  readonly numeric?: boolean;
}

/** `glyphdesk gold add|from-examples|list|clear`. */
export function goldCommands(): Command {
  const group = new Command("gold").description(
    "check items: pictures whose answer is known, put before workers now and then, never billed or delivered",
  );
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    new Command("add")
      .description("add the pictures that labels.tsv in a folder names (file, tab, answer)")
      .argument("<folder>")
      .option("--case", "upper and lower case must be told apart")
      .option("--numeric", "the answers are digits only")
      .action(async (folder: string, flags: AddFlags) => {
        const fields = { ...(flags.case && { case: true }), ...(flags.numeric && { numeric: 1 }) };
        const checks = await readFolder(folder, fields);
        const added = await withDatabase(flags, (database) => addChecks(database, checks));
        print(flags, { added, read: checks.length }, `${added} of ${checks.length} pictures are new.`);
      }),
  );
  add(
    new Command("from-examples")
      .description(
        "add the pictures whose right text a caller or a worker has written down; they are kept until `gold clear`",
      )
      .action(async (flags: Flags) => {
        const added = await withDatabase(flags, addChecksFromExamples);
        print(flags, { added }, `${added} pictures were added.`);
      }),
  );
  add(
    new Command("list").description("count them").action(async (flags: Flags) => {
      const kinds = await withDatabase(flags, listChecks);
      const rows = kinds.map(({ kind, items, answered, right }) => [
        kind,
        String(items),
        String(answered),
        String(right),
      ]);
      print(flags, kinds, table(["KIND", "ITEMS", "ANSWERED", "RIGHT"], rows));
    }),
  );
  add(
    new Command("clear").description("delete them all").action(async (flags: Flags) => {
      const deleted = await withDatabase(flags, clearChecks);
      print(flags, { deleted }, `${deleted} check items were deleted.`);
    }),
  );
  return group;
}

async function readFolder(folder: string, fields: NewCheck["fields"]): Promise<NewCheck[]> {
  const needed =
    "\nCheck items come from a folder with that file: a line for each picture, with its file name, a tab and the answer.";
  const labels = parseLabels(await open(join(folder, "labels.tsv"), needed), folder);
  const checks: NewCheck[] = [];
  for (const { file, answer } of labels) {
    const picture = await open(join(folder, file));
    try {
      inspectImage(picture);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new OperatorError(`${join(folder, file)}: ${error.message}`);
    }
    const files = await drawAnew(picture, false);
    checks.push({ kind: "text", type: "ImageToTextTask", fields, files, answer: { text: answer } });
  }
  return checks;
}

async function open(path: string, advice = ""): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new OperatorError(`Cannot read ${path}: ${whyNot(error)}${advice}`, { cause: error });
  }
}
