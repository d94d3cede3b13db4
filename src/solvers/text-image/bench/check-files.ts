import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../../../base/errors.ts";
import { fewAtOnce } from "../../../base/few-at-once.ts";
import { whyNot } from "../open-file.ts";
import type { Label } from "./labels.ts";

/** Files that one message names. */
const NAMED = 20;
const AT_ONCE = 8;

/** Throws an `OperatorError` that names the labelled files which are not there or may not be read; reads none. */
export async function checkFiles(labels: readonly Label[], dir: string): Promise<void> {
  const files = [...new Set(labels.map(({ file }) => file))];
  const found = await fewAtOnce(files, AT_ONCE, async (file) => ({
    file,
    fault: await faultOf(join(dir, file)),
  }));
  const faults = found.filter(({ fault }) => fault !== null);
  if (faults.length === 0) return;
  const named = faults.slice(0, NAMED).map(({ file, fault }) => `  ${file}: ${fault}`);
  if (faults.length > NAMED) named.push(`  and ${faults.length - NAMED} more`);
  throw new OperatorError(
    `${join(dir, "labels.tsv")} names ${files.length} files, of which ${faults.length} cannot be read:\n` +
      `${named.join("\n")}\nNothing was read. Put them there, or take their lines out.`,
  );
}

async function faultOf(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return "This is a folder or a device, not a file.";
    await access(path, constants.R_OK);
    return null;
  } catch (error) {
    return whyNot(error);
  }
}
