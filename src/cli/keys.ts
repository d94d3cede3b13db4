import { Command } from "commander";
import type { StoredLimits } from "../accounts/key-limits.ts";
import { numberOf } from "../accounts/find-key.ts";
import { createKey, limitKey, listKeys, revokeKey, type ApiKey } from "../accounts/keys.ts";
import { OperatorError } from "../base/errors.ts";
import { formatDollars } from "../base/money.ts";
import { withDatabase, withOptions } from "./context.ts";
import { describeLimits, readLimits, withLimitOptions, type LimitFlags } from "./key-limits.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends LimitFlags, Record<string, unknown> {
  readonly json?: boolean;
}

/** How a command takes a key; `rule --key` too. */
export const NAMED = "its first characters, its number such as id:12, or all of it";

/** `glyphdesk key create|list|limit|revoke`. */
export function keyCommands(): Command {
  const group = new Command("key").description("API keys and what they may do");
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    withLimitOptions(new Command("create"))
      .description("make a key for an account; it is shown only this once")
      .argument("<account>")
      .action(async (account: string, flags: Flags) => {
        const limits = readLimits(flags);
        const key = await withDatabase(flags, (database) => createKey(database, account, undefined, limits));
        print(flags, { account, key }, key);
      }),
  );
  add(
    new Command("list")
      .description("list the keys by their numbers and first characters")
      .action(async (flags: Flags) => {
        const keys = await withDatabase(flags, listKeys);
        print(
          flags,
          keys,
          table(["NUMBER", "KEY", "ACCOUNT", "CREATED", "REVOKED", "LIMITS"], keys.map(row)),
        );
      }),
  );
  add(
    withLimitOptions(new Command("limit"))
      .description("change what a key may do, at once; what is not named stays, `none` takes a limit away")
      .argument("<key>", NAMED)
      .action(async (name: string, flags: Flags) => {
        const limits = readLimits(flags);
        if (Object.keys(limits).length === 0) {
          throw new OperatorError(
            "Name at least one limit, such as --daily 5. See `glyphdesk key limit --help`.",
          );
        }
        const { id, prefix } = await withDatabase(flags, (database) => limitKey(database, name, limits));
        print(flags, { limited: prefix, id }, `The limits of the key ${prefix}… are changed.`);
      }),
  );
  add(
    new Command("revoke")
      .description("end a key at once")
      .argument("<key>", NAMED)
      .action(async (name: string, flags: Flags) => {
        const { id, prefix } = await withDatabase(flags, (database) => revokeKey(database, name));
        print(flags, { revoked: prefix, id }, `The key ${prefix}… no longer works.`);
      }),
  );
  return group;
}

function row({
  id,
  prefix,
  account,
  createdAt,
  revokedAt,
  spentToday,
  spentTotal,
  ...limits
}: ApiKey): string[] {
  const { dailyLimit, totalLimit }: StoredLimits = limits;
  const spent = [
    ...(dailyLimit === null ? [] : [`spent today ${formatDollars(spentToday)}`]),
    ...(totalLimit === null ? [] : [`spent in all ${formatDollars(spentTotal)}`]),
  ];
  return [
    numberOf(id),
    `${prefix}…`,
    account,
    createdAt.toISOString(),
    revokedAt?.toISOString() ?? "",
    [...describeLimits(limits), ...spent].join("; "),
  ];
}
