import { Command } from "commander";
import { audit } from "../accounts/ledger.ts";
import { resumeDeliveries } from "../callbacks/deliveries.ts";
import { backUp } from "../database/backup.ts";
import { readManifest, restore } from "../database/restore.ts";
import { asGuest, makeLogger, readConfig, withDatabase, withOptions } from "./context.ts";
import { print, progressBar, withJson } from "./output.ts";

type Flags = Record<string, unknown> & { json?: boolean };

/** `glyphdesk backup`: everything in one file. */
export function backupCommand(): Command {
  const command = new Command("backup")
    .description("write everything in the database to one file; the server may run meanwhile")
    .argument("<file>", "a file that does not exist yet, for example glyphdesk.backup");
  return withJson(withOptions(command, ["dataDir"])).action(async (file: string, flags: Flags) => {
    const bar = progressBar("backing up, kB");
    const { migration, rows, bytes } = await withDatabase(
      flags,
      (database) =>
        backUp(database, file, (done, total) => bar.update(Math.ceil(done / 1000), Math.ceil(total / 1000))),
      0,
    ).finally(() => bar.end());
    const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
    print(
      flags,
      { file, migration, rows, bytes },
      `${count} rows, ${sizeOf(bytes)} in ${file}. Keep it secret: it holds pictures and callback secrets.`,
    );
  });
}

/** `glyphdesk restore`: that file into an empty desk. */
export function restoreCommand(): Command {
  const command = new Command("restore")
    .description("put a backup into a new, empty database and add up its books")
    .argument("<file>", "what `glyphdesk backup` has written");
  return withJson(withOptions(command, ["dataDir"])).action(async (file: string, flags: Flags) => {
    const manifest = await readManifest(file);
    const logger = makeLogger({ logLevel: "error" });
    let shown = 0;
    const options = { timeoutMs: 0, upTo: manifest.migration };
    const rows = await asGuest(readConfig(flags), logger, options, ({ database }) =>
      restore(database, file, manifest, resumeDeliveries, (done) => {
        if (process.stderr.isTTY && done - shown >= 10_000)
          process.stderr.write(`\rrestoring: ${(shown = done)} rows`);
      }),
    );
    if (shown > 0) process.stderr.write("\r\u001B[K");
    // Brings it to this version, as every command does.
    const { faults } = await withDatabase(flags, audit, 0);
    const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
    const books = faults.length === 0 ? "The books are right." : `The books are wrong:\n${faults.join("\n")}`;
    print(
      flags,
      { rows, made: manifest.made, ok: faults.length === 0, faults },
      `Restored ${count} rows as of ${manifest.made}. ${books}`,
    );
    if (faults.length > 0) process.exitCode = 1;
  });
}

const sizeOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
