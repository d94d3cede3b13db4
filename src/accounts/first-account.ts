import type { Config } from "../config/options.ts";
import type { Database } from "../database/database.ts";
import { createAccount, listAccounts } from "./accounts.ts";
import { createKey, hasKey } from "./keys.ts";

export const FIRST_ACCOUNT = "default";

/**
 * Makes sure that there is an account to begin with, and that the configured API key (if any) belongs to it.
 * @returns a generated key, to be shown once; null when there is nothing new to show
 */
export async function ensureFirstAccount(
  database: Database,
  config: Pick<Config, "apiKey" | "balance">,
): Promise<string | null> {
  const [first] = await listAccounts(database);
  if (first === undefined) {
    await createAccount(database, FIRST_ACCOUNT, config.balance);
    const key = await createKey(database, FIRST_ACCOUNT, config.apiKey ?? undefined);
    return config.apiKey === null ? key : null;
  }
  if (config.apiKey !== null && !(await hasKey(database, config.apiKey))) {
    await createKey(database, first.name, config.apiKey);
  }
  return null;
}
