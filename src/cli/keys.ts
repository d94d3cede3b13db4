import { Command } from "commander";
import { createKey, listKeys, revokeKey } from "../accounts/keys.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
}

/** `glyphdesk key create|list|revoke`. */
export function keyCommands(): Command {
  const group = new Command("key").description("API keys");
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    new Command("create")
      .description("make a key for an account; it is shown only this once")
      .argument("<account>")
      .action(async (account: string, flags: Flags) => {
        const key = await withDatabase(flags, (database) => createKey(database, account));
        print(flags, { account, key }, key);
      }),
  );
  add(
    new Command("list")
      .description("list the keys by their first characters")
      .action(async (flags: Flags) => {
        const keys = await withDatabase(flags, listKeys);
        const rows = keys.map(({ prefix, account, createdAt, revokedAt }) => [
          `${prefix}…`,
          account,
          createdAt.toISOString(),
          revokedAt?.toISOString() ?? "",
        ]);
        print(flags, keys, table(["KEY", "ACCOUNT", "CREATED", "REVOKED"], rows));
      }),
  );
  add(
    new Command("revoke")
      .description("end a key at once")
      .argument("<prefix>", "its first characters, as `key list` shows them")
      .action(async (prefix: string, flags: Flags) => {
        await withDatabase(flags, (database) => revokeKey(database, prefix));
        print(flags, { revoked: prefix }, `The key ${prefix}… no longer works.`);
      }),
  );
  return group;
}
