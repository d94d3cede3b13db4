import { createHash, hash } from "node:crypto";
import type { Database, Queryable, Row } from "../database/database.ts";
import type { NewTask } from "./submit.ts";

/** How long a repeated request answers with the task of the first. */
const KEPT = "interval '24 hours'";

/** What makes two createTask requests of one API key the same. */
export interface Identity {
  /** SHA-256 of the Idempotency-Key in hexadecimal. */
  readonly name: string;
  /** SHA-256 of what is asked for. */
  readonly request: string;
}

/** What a request asks for once it is read: spelling and spacing are gone, and nothing of the desk's own is added. */
export type Asked = Pick<NewTask, "type" | "fields" | "image" | "deadlineMs">;

/**
 * What it makes of a request has to stay the same from one version of the desk to the next: retries of tasks that are
 * paid for cross an upgrade, and one that is not known again is refused until KEPT is over.
 * @param header the Idempotency-Key
 * @param callback the `callbackUrl` as it was sent; other fields that change only how the answer is delivered do not count
 */
export function identityOf(
  header: string,
  { type, fields, image, deadlineMs, callback = null }: Asked & { readonly callback: unknown },
): Identity {
  const request = createHash("sha256").update(JSON.stringify([type, sorted(fields), deadlineMs, callback]));
  if (image !== null) request.update("\0").update(image);
  return { name: hash("sha256", header), request: request.digest("hex") };
}

/** With the properties of objects in one order, whatever order they came in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  );
}

/** An accepted request that may be repeated. */
export interface Known {
  readonly request: string;
  readonly taskId: number;
}

interface Wanted {
  readonly keyId: number;
  readonly identity: Identity;
}

/** Where a key's request stands in maps. */
export function slotOf({ keyId, identity }: Wanted): string {
  return `${keyId} ${identity.name}`;
}

// Plan: one primary key probe for each.
const FIND = {
  name: "find-idempotency-keys",
  text: `
  select k.key_id as "keyId", w.name, encode(k.request, 'hex') as request, k.task_id as "taskId"
  from json_to_recordset($1::json) as w (key bigint, name text)
  join idempotency_keys k on k.key_id = w.key and k.name = decode(w.name, 'hex') and k.expires_at > now()`,
};

/** The requests among these that were accepted before, by slot. */
export async function findKnown(
  database: Queryable,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Known>> {
  if (wanted.length === 0) return new Map();
  const records = wanted.map(({ keyId, identity }) => ({ key: keyId, name: identity.name }));
  const rows = await database.query<Row & Known & { keyId: number; name: string }>(FIND, [
    JSON.stringify(records),
  ]);
  return new Map(rows.map(({ keyId, name, request, taskId }) => [`${keyId} ${name}`, { request, taskId }]));
}

// A row that has expired and is not yet swept gives way.
// Plan: one primary key probe for each.
const REMEMBER = {
  name: "remember-idempotency-keys",
  text: `
  insert into idempotency_keys (key_id, name, request, task_id, expires_at)
  select key, decode(name, 'hex'), decode(request, 'hex'), task, now() + ${KEPT}
  from json_to_recordset($1::json) as w (key bigint, name text, request text, task int)
  on conflict (key_id, name) do update
    set request = excluded.request, task_id = excluded.task_id, expires_at = excluded.expires_at`,
};

/** Within the transaction that creates the tasks. */
export async function remember(
  transaction: Queryable,
  accepted: readonly (Wanted & { readonly taskId: number })[],
): Promise<void> {
  if (accepted.length === 0) return;
  const records = accepted.map(({ keyId, identity, taskId }) => ({ key: keyId, ...identity, task: taskId }));
  await transaction.query(REMEMBER, [JSON.stringify(records)]);
}

// Plan: idempotency_keys_expiry up to now().
const FORGET_IDEMPOTENCY_KEYS = `
  delete from idempotency_keys where (key_id, name) in (
    select key_id, name from idempotency_keys where expires_at <= now() limit 1000 for update skip locked
  ) returning key_id`;

/** Deletes some that have expired. @returns how many */
export async function forgetIdempotencyKeys(database: Database): Promise<number> {
  return (await database.query(FORGET_IDEMPOTENCY_KEYS)).length;
}
