import { Command } from "commander";
import { asGuest, makeLogger, readConfig, withOptions } from "./context.ts";
import { print, withJson } from "./output.ts";

/** `glyphdesk migrate`: what every other command does first, by itself. */
export function migrateCommand(): Command {
  const command = new Command("migrate").description("bring the database to this version");
  return withJson(withOptions(command, ["dataDir"])).action(
    async (flags: Record<string, unknown> & { json?: boolean }) => {
      const logger = makeLogger({ logLevel: "error" });
      const migrated = await asGuest(readConfig(flags), logger, {}, ({ migrated }) => migrated);
      const text = migrated.length === 0 ? "Nothing to do." : `Applied ${migrated.join(", ")}.`;
      print(flags, { migrated }, text);
    },
  );
}
