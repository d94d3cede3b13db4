import { Command } from "commander";
import { connect } from "../database/connect.ts";
import { makeLogger, readConfig, withOptions } from "./context.ts";
import { print, withJson } from "./output.ts";

/** `glyphdesk migrate`: what every other command does first, by itself. */
export function migrateCommand(): Command {
  const command = new Command("migrate").description("bring the database to this version");
  return withJson(withOptions(command, ["dataDir"])).action(
    async (flags: Record<string, unknown> & { json?: boolean }) => {
      const connected = await connect(readConfig(flags), "guest", makeLogger({ logLevel: "error" }));
      await connected.close();
      const { migrated } = connected;
      const text = migrated.length === 0 ? "Nothing to do." : `Applied ${migrated.join(", ")}.`;
      print(flags, { migrated }, text);
    },
  );
}
