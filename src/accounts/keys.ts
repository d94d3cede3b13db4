import { hash, randomBytes } from "node:crypto";
import { OperatorError } from "../base/errors.ts";
import type { Micros } from "../base/money.ts";
import { Batcher } from "../database/batch.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isUniqueViolation } from "../database/faults.ts";
import { findAccount } from "./accounts.ts";
import { digest, findKey, LIVE, PREFIX_LENGTH, type FoundKey } from "./find-key.ts";
import {
  limitColumns,
  limitsOf,
  LIMIT_COLUMNS,
  SPENT_TODAY,
  type KeyLimits,
  type StoredLimits,
} from "./key-limits.ts";

/** NOTIFY channel that tells every process to forget what it knows of keys. */
export const KEYS_CHANNEL = "glyphdesk_keys";
/** How long a looked-up key is believed without the NOTIFY, which may be lost. */
const BELIEVED_MS = 5_000;
/** Unknown keys are remembered more briefly and only so many, or a flood of them would fill the memory. */
const UNKNOWN_BELIEVED_MS = 1_000;
const REMEMBERED = 20_000;

export interface ApiKey extends StoredLimits, FoundKey {
  readonly account: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  /** What counts against its budgets. */
  readonly spentToday: Micros;
  readonly spentTotal: Micros;
}

/** Who a request comes from. */
export interface Caller {
  readonly accountId: number;
  readonly keyId: number;
  /** Null when the key may do anything that its account can pay. */
  readonly limits: KeyLimits | null;
}

/**
 * Makes a key for an account: 32 hexadecimal digits, as the hosted service's are, so that clients that check the form
 * accept it.
 * @param text a key to use instead of a random one
 * @returns the key: the only time that it can be seen
 */
export async function createKey(
  database: Queryable,
  accountName: string,
  text = randomBytes(16).toString("hex"),
  limits: Partial<StoredLimits> = {},
): Promise<string> {
  const account = await findAccount(database, accountName);
  const set = limitColumns(limits);
  const columns = set.map(([column]) => `, ${column}`).join("");
  const values = set.map((_, at) => `, $${at + 4}`).join("");
  try {
    await database.query(
      `with told as (select pg_notify('${KEYS_CHANNEL}', ''))
       insert into api_keys (account_id, prefix, hash${columns}) select $1, $2, $3${values} from told`,
      [account.id, text.slice(0, PREFIX_LENGTH), digest(text), ...set.map(([, value]) => value)],
    );
  } catch (error) {
    if (!isUniqueViolation(error, "api_keys_hash_unique")) throw error;
    throw new OperatorError("That key is in use, or was revoked. Choose another.");
  }
  return text;
}

/** Whether the key was ever made here: a revoked one never comes back. */
export async function stateOfKey(database: Queryable, text: string): Promise<"unknown" | "live" | "revoked"> {
  const [key] = await database.query<Row & { revoked: boolean }>(
    "select revoked_at is not null as revoked from api_keys where hash = $1",
    [digest(text)],
  );
  if (key === undefined) return "unknown";
  return key.revoked ? "revoked" : "live";
}

export async function listKeys(database: Database): Promise<ApiKey[]> {
  return database.query<ApiKey>(
    `select k.id, a.name as account, k.prefix, k.created_at as "createdAt", k.revoked_at as "revokedAt", ${LIMIT_COLUMNS},
       ${SPENT_TODAY} as "spentToday", k.spent_total as "spentTotal"
     from api_keys k join accounts a on a.id = k.account_id order by k.id`,
  );
}

/**
 * Revokes the one live key that is named so, at once in every process.
 * @param name as findKey reads it
 * @throws OperatorError when there is no such key, or more than one
 */
export function revokeKey(database: Database, name: string): Promise<FoundKey> {
  return changeKey(database, name, [["revoked_at", new Date()]]);
}

/** Changes limits of the one live key that is named so, as revokeKey does; what is not given stays as it is. */
export function limitKey(database: Database, name: string, limits: Partial<StoredLimits>): Promise<FoundKey> {
  return changeKey(database, name, limitColumns(limits));
}

function changeKey(
  database: Database,
  name: string,
  changes: readonly (readonly [string, unknown])[],
): Promise<FoundKey> {
  return database.transaction(async (transaction) => {
    const key = await findKey(transaction, name, LIVE);
    await transaction.query(
      `with told as (select pg_notify('${KEYS_CHANNEL}', ''))
       update api_keys set ${changes.map(([column], at) => `${column} = $${at + 2}`).join(", ")} from told where id = $1`,
      [key.id, ...changes.map(([, value]) => value)],
    );
    return key;
  });
}

/** Looks keys up, remembering the answers: a request of a known key costs no statement and no hash (2 µs). */
export class KeyRing {
  readonly #known = new Map<string, { readonly caller: Caller | null; readonly until: number }>();
  #generation = 0;
  readonly #lookUp: Batcher<string, { readonly caller: Caller | null }>;

  constructor(database: Database) {
    this.#lookUp = new Batcher((keys) => find(database, keys), { maxItems: 500 });
    database.listen(KEYS_CHANNEL, () => {
      this.#generation += 1;
      this.#known.clear();
    });
  }

  /** What is known without asking the database; undefined when it has to be asked. */
  remembered(key: string): Caller | null | undefined {
    if (key === "" || key.length > 200) return null;
    const remembered = this.#known.get(key);
    return remembered !== undefined && remembered.until > performance.now() ? remembered.caller : undefined;
  }

  /** Null when the key is unknown or revoked. @param key without suffixes */
  async find(key: string): Promise<Caller | null> {
    const remembered = this.remembered(key);
    if (remembered !== undefined) return remembered;
    const generation = this.#generation;
    const { caller } = await this.#lookUp.submit(key);
    // A look-up that began before a revocation must not be remembered after it.
    if (generation !== this.#generation) return caller;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    const believed = caller === null ? UNKNOWN_BELIEVED_MS : BELIEVED_MS;
    // A copy: a part of a longer text keeps all of that in memory.
    this.#known.set(Buffer.from(key).toString(), { caller, until: performance.now() + believed });
    return caller;
  }
}

// One index probe for each hash.
const FIND = {
  name: "find-keys",
  text: `select encode(hash, 'base64') as hash, id, account_id, ${LIMIT_COLUMNS} from api_keys k
    where hash in (select decode(h, 'base64') from unnest($1::text[]) as h) and revoked_at is null`,
};

async function find(database: Database, keys: readonly string[]): Promise<{ caller: Caller | null }[]> {
  const hashes = keys.map((key) => hash("sha256", key, "base64"));
  const rows = await database.query<Row & StoredLimits & { hash: string; id: number; account_id: number }>(
    FIND,
    [hashes],
  );
  const callers = new Map(
    rows.map((row) => [row.hash, { accountId: row.account_id, keyId: row.id, limits: limitsOf(row) }]),
  );
  return hashes.map((id) => ({ caller: callers.get(id) ?? null }));
}
