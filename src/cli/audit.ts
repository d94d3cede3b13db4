import { Command } from "commander";
import { audit } from "../accounts/ledger.ts";
import { formatDollars, toDollars } from "../base/money.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

/** `glyphdesk audit`: exit code 1 when the books are wrong. */
export function auditCommand(): Command {
  const command = new Command("audit").description("recompute every balance from its entries and compare");
  return withJson(withOptions(command, ["dataDir"])).action(
    async (flags: Record<string, unknown> & { json?: boolean }) => {
      const { accounts, faults } = await withDatabase(flags, audit, 0);
      const rows = accounts.map((row) => [
        row.account,
        formatDollars(row.balance),
        formatDollars(row.balanceFromEntries),
        formatDollars(row.held),
        formatDollars(row.heldFromEntries),
      ]);
      const end = faults.length === 0 ? "The books are right." : `The books are wrong:\n${faults.join("\n")}`;
      const headings = ["ACCOUNT", "BALANCE", "BY ENTRIES", "HELD", "BY ENTRIES"];
      const dollars = accounts.map((row) => ({
        account: row.account,
        balance: toDollars(row.balance),
        balanceFromEntries: toDollars(row.balanceFromEntries),
        held: toDollars(row.held),
        heldFromEntries: toDollars(row.heldFromEntries),
      }));
      print(
        flags,
        { ok: faults.length === 0, accounts: dollars, faults },
        `${table(headings, rows)}\n${end}`,
      );
      if (faults.length > 0) process.exitCode = 1;
    },
  );
}
