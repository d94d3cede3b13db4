import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/options.ts";
import type { Database, Row } from "../database/database.ts";
import { insertAccount } from "./accounts.ts";
import { PREFIX_LENGTH } from "./find-key.ts";
import { createKey, stateOfKey } from "./keys.ts";

const FIRST_ACCOUNT = "default";
/** Any constant that no one else uses: the advisory lock under which one process at a time looks for the first account. */
const FIRST_ACCOUNT_LOCK = 4_742_202;

/**
 * Makes sure that there is an account to begin with, and that the configured API key (if any) belongs to it. Account and
 * key come in one transaction: an account whose key nobody was shown would be of no use.
 * @returns a generated key, to be shown once; null when there is nothing new to show
 */
export async function ensureFirstAccount(
  database: Database,
  { apiKey, balance }: Pick<Config, "apiKey" | "balance">,
  logger: Logger,
): Promise<string | null> {
  return database.transaction(async (transaction) => {
    await transaction.query("select pg_advisory_xact_lock($1)", [FIRST_ACCOUNT_LOCK]);
    const [first] = await transaction.query<Row & { name: string }>(
      "select name from accounts order by id limit 1",
    );
    if (first === undefined) {
      await insertAccount(transaction, FIRST_ACCOUNT, balance);
      const key = await createKey(transaction, FIRST_ACCOUNT, apiKey ?? undefined);
      return apiKey === null ? key : null;
    }
    if (apiKey === null) return null;
    const state = await stateOfKey(transaction, apiKey);
    if (state === "unknown") await createKey(transaction, first.name, apiKey);
    if (state === "revoked") {
      logger.warn(
        { key: `${apiKey.slice(0, PREFIX_LENGTH)}…` },
        "the key of GLYPHDESK_API_KEY was revoked, so requests that carry it are refused: set another one; `glyphdesk key list` shows those that work",
      );
    }
    return null;
  });
}
