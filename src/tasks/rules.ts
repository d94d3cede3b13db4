import { findKey, LIVE, type Among, type FoundKey } from "../accounts/find-key.ts";
import { OperatorError } from "../base/errors.ts";
import type { Database, Queryable, Row } from "../database/database.ts";

/** NOTIFY channel that tells every process to read the rules again. */
const RULES_CHANNEL = "glyphdesk_rules";
/** How long the rules are believed without the NOTIFY, which may be lost. */
const BELIEVED_MS = 5_000;

export const MODES = ["machine", "machine-then-people", "people", "agree"] as const;
/**
 * Who answers what the recogniser can read: it alone, people where it is unsure, people alone, or both, who must agree.
 */
export type Mode = (typeof MODES)[number];

/** Answers that must be the same, of so many that are asked for at most. */
export const CONSENSUS = { "1": [1, 1], "2-of-3": [2, 3], "3-of-5": [3, 5] } as const;
export type Consensus = keyof typeof CONSENSUS;

export interface Rule {
  readonly mode: Mode;
  readonly consensus: Consensus;
}

export const DEFAULT_RULE: Rule = { mode: "machine-then-people", consensus: "1" };

export interface StoredRule extends Rule {
  /** The API key that it is for, and its first characters; null for all. */
  readonly keyId: number | null;
  readonly keyPrefix: string | null;
  /** Title of the task type that it is for; null for all. */
  readonly type: string | null;
}

/** What an operator says that a rule is for. */
export interface Scope {
  /** An API key as findKey reads it; null for all. */
  readonly key: string | null;
  /** Title of a task type; null for all. */
  readonly type: string | null;
}

/**
 * The rule that a task was created under. It travels with the task's fields, like what the key's suffixes ask for, and
 * only where it is not the default. No caller can send a field of this name: unknown ones are dropped.
 */
export function ruleOf(fields: Readonly<Record<string, unknown>>): Rule {
  return (fields["$rule"] as Rule | undefined) ?? DEFAULT_RULE;
}

/** The fields with the rule among them, if it says anything. */
export function withRule<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  rule: Rule,
): Fields | (Fields & { readonly $rule: Rule }) {
  return rule === DEFAULT_RULE ? fields : { ...fields, $rule: rule };
}

/** Makes the rule for a key and a type, or changes it. @returns its key, null when it is for all */
export async function setRule(
  database: Database,
  { key: name, type }: Scope,
  { mode, consensus }: Rule,
): Promise<FoundKey | null> {
  return database.transaction(async (transaction) => {
    const key = name === null ? null : await findKey(transaction, name, LIVE);
    await transaction.query(
      `with told as (select pg_notify('${RULES_CHANNEL}', ''))
       insert into rules (key_id, type, mode, consensus) select $1, $2, $3, $4 from told
       on conflict on constraint rules_unique do update set mode = excluded.mode, consensus = excluded.consensus`,
      [key?.id ?? null, type, mode, consensus],
    );
    return key;
  });
}

/** A rule outlives its key, which may be revoked. */
const RULED: Among = {
  where: "exists (select from rules r where r.key_id = k.id)",
  called: "key with such a rule",
  list: "glyphdesk rule list",
};

/** @returns the key that it was for, null when for all. @throws OperatorError when there is no such rule */
export async function removeRule(database: Database, { key: name, type }: Scope): Promise<FoundKey | null> {
  return database.transaction(async (transaction) => {
    const key = name === null ? null : await findKey(transaction, name, RULED);
    const removed = await transaction.query(
      `with told as (select pg_notify('${RULES_CHANNEL}', ''))
       delete from rules using told where key_id is not distinct from $1 and type is not distinct from $2 returning mode`,
      [key?.id ?? null, type],
    );
    if (removed.length === 0) throw new OperatorError("There is no such rule. See `glyphdesk rule list`.");
    return key;
  });
}

export async function listRules(database: Queryable): Promise<StoredRule[]> {
  return database.query<StoredRule & Row>(
    `select k.prefix as "keyPrefix", r.key_id as "keyId", r.type, r.mode, r.consensus
     from rules r left join api_keys k on k.id = r.key_id order by r.key_id nulls last, r.type nulls last`,
  );
}

/** The rules in memory: every createTask asks, and must not wait for the database. */
export class RuleList {
  readonly #database: Database;
  #rules: ReadonlyMap<string, Rule> = new Map();
  #reading: Promise<void> | null = null;
  #until = 0;

  private constructor(database: Database) {
    this.#database = database;
    database.listen(RULES_CHANNEL, () => void this.#read().catch(() => undefined));
  }

  static async open(database: Database): Promise<RuleList> {
    const list = new RuleList(database);
    await list.#read();
    return list;
  }

  /** The rule for a key and a type: the most exact one, the key before the type. */
  of(keyId: number, type: string): Rule {
    if (this.#until < performance.now()) void this.#read().catch(() => undefined);
    if (this.#rules.size === 0) return DEFAULT_RULE;
    return (
      this.#rules.get(`${keyId} ${type}`) ??
      this.#rules.get(`${keyId} *`) ??
      this.#rules.get(`* ${type}`) ??
      this.#rules.get("* *") ??
      DEFAULT_RULE
    );
  }

  /** A reading under way when a rule changes may miss the change, so each NOTIFY waits for it and reads again. */
  #read(): Promise<void> {
    this.#until = performance.now() + BELIEVED_MS;
    const reading = this.#readAfter(this.#reading);
    this.#reading = reading;
    return reading;
  }

  async #readAfter(former: Promise<void> | null): Promise<void> {
    await former?.catch(() => undefined);
    const rows = await listRules(this.#database);
    this.#rules = new Map(
      rows.map(({ keyId, type, mode, consensus }) => [`${keyId ?? "*"} ${type ?? "*"}`, { mode, consensus }]),
    );
  }
}
