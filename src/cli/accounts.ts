import { Command } from "commander";
import { createAccount, listAccounts, topUp, type Account } from "../accounts/accounts.ts";
import { OperatorError } from "../base/errors.ts";
import { formatDollars, parseDollars, toDollars } from "../base/money.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
  readonly balance: string;
}

/** `glyphdesk account create|list|top-up`. */
export function accountCommands(): Command {
  const group = new Command("account").description("accounts and their balances");
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    new Command("create")
      .description("make an account")
      .argument("<name>")
      .option("--balance <dollars>", "opening balance", "0")
      .action(async (name: string, flags: Flags) => {
        const balance = amount(flags.balance);
        const account = await withDatabase(flags, (database) => createAccount(database, name, balance));
        print(
          flags,
          plain(account),
          `Account "${account.name}" has ${formatDollars(account.balance)} dollars.`,
        );
      }),
  );
  add(
    new Command("list").description("list the accounts").action(async (flags: Flags) => {
      const accounts = await withDatabase(flags, listAccounts);
      const rows = accounts.map((account) => [
        account.name,
        formatDollars(account.balance),
        formatDollars(account.held),
        account.createdAt.toISOString(),
      ]);
      print(
        flags,
        accounts.map((account) => Object.assign(plain(account), { held: toDollars(account.held) })),
        table(["NAME", "BALANCE", "HELD", "CREATED"], rows),
      );
    }),
  );
  add(
    new Command("top-up")
      .description("add money to an account")
      .argument("<name>")
      .argument("<dollars>")
      .action(async (name: string, dollars: string, flags: Flags) => {
        const account = await withDatabase(flags, (database) => topUp(database, name, amount(dollars)));
        print(
          flags,
          plain(account),
          `Account "${account.name}" has ${formatDollars(account.balance)} dollars.`,
        );
      }),
  );
  return group;
}

function amount(text: string): number {
  try {
    return parseDollars(text);
  } catch (error) {
    throw new OperatorError(error instanceof Error ? error.message : String(error));
  }
}

function plain({ name, balance, createdAt }: Account): object {
  return { name, balance: toDollars(balance), createdAt };
}
