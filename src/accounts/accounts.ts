import { OperatorError } from "../base/errors.ts";
import { formatDollars, type Micros } from "../base/money.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isCheckViolation, isUniqueViolation } from "../database/faults.ts";
import { HELD } from "./ledger.ts";

export interface Account extends Row {
  readonly id: number;
  readonly name: string;
  readonly balance: Micros;
  readonly createdAt: Date;
}

const COLUMNS = `id, name, balance, created_at as "createdAt"`;

/** @throws OperatorError when the name is taken or not usable */
export async function createAccount(
  database: Database,
  name: string,
  openingBalance: Micros,
): Promise<Account> {
  if (name.trim() === "" || name.length > 100) {
    throw new OperatorError("An account's name has 1 to 100 characters.");
  }
  try {
    return await database.transaction((transaction) =>
      insertAccount(transaction, name.trim(), openingBalance),
    );
  } catch (error) {
    if (!isUniqueViolation(error, "accounts_name_unique")) throw error;
    throw new OperatorError(`There is an account "${name}" already. See \`glyphdesk account list\`.`);
  }
}

/** As createAccount, within a transaction of the caller's. */
export async function insertAccount(
  transaction: Queryable,
  name: string,
  openingBalance: Micros,
): Promise<Account> {
  const [account] = await transaction.query<Account>(
    `insert into accounts (name) values ($1) returning ${COLUMNS}`,
    [name],
  );
  if (account === undefined) throw new Error("insert returned no row");
  return openingBalance === 0 ? account : move(transaction, account.id, openingBalance, "opening balance");
}

export interface ListedAccount extends Account {
  /** The prices of its unfinished tasks. */
  readonly held: Micros;
}

// Plan: as HELD.
export const LIST = `
  with held as (${HELD})
  select ${COLUMNS}, coalesce(held.price, 0)::bigint as held
  from accounts left join held on held.account_id = accounts.id order by id`;

export async function listAccounts(database: Database): Promise<ListedAccount[]> {
  return database.query<ListedAccount>(LIST);
}

/** @throws OperatorError when there is no such account */
export async function findAccount(database: Queryable, name: string): Promise<Account> {
  const [account] = await database.query<Account>(`select ${COLUMNS} from accounts where name = $1`, [name]);
  if (account === undefined) {
    throw new OperatorError(`There is no account "${name}". See \`glyphdesk account list\`.`);
  }
  return account;
}

/** Adds outside money to an account. @param amount above zero */
export async function topUp(database: Database, name: string, amount: Micros): Promise<Account> {
  if (amount <= 0) throw new OperatorError("A top-up is an amount above zero.");
  return database.transaction(async (transaction) => {
    const account = await findAccount(transaction, name);
    return move(transaction, account.id, amount, "top-up").catch((error: unknown) => {
      if (!isCheckViolation(error, "accounts_balance_check")) throw error;
      throw new OperatorError(
        `An account holds at most 9 billion dollars, and "${name}" has ${formatDollars(account.balance)} already. Add less.`,
      );
    });
  });
}

async function move(database: Queryable, id: number, amount: Micros, note: string): Promise<Account> {
  const [account] = await database.query<Account>(
    `with entry as (insert into ledger (account_id, kind, amount, note) values ($1, 'top-up', $2, $3))
     update accounts set balance = balance + $2 where id = $1 returning ${COLUMNS}`,
    [id, amount, note],
  );
  if (account === undefined) throw new Error("the account vanished within a transaction");
  return account;
}
