import { OperatorError } from "../base/errors.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { KINDS, type EndedReason, type Kind, type LostReason, type Role } from "../protocol/workspace.ts";
import { newToken } from "./passwords.ts";

/** NOTIFY channel between processes about workers and their items; the payload is a PeopleNews in JSON. */
export const PEOPLE_CHANNEL = "glyphdesk_people";

/** What the processes tell each other. */
export type PeopleNews =
  /** Paused, resumed, other kinds: look at the worker again. Also that somebody came online or left. */
  | { readonly news: "worker"; readonly worker: number }
  | { readonly news: "ended"; readonly session: number; readonly reason: EndedReason }
  | { readonly news: "lost"; readonly session: number; readonly lease: string; readonly reason: LostReason };

/** SQL that tells it. @param json an SQL expression of type json */
export const TELL = (json: string): string => `pg_notify('${PEOPLE_CHANNEL}', (${json})::text)`;
const TELL_WORKER = TELL("json_build_object('news', 'worker', 'worker', id)");

const INVITATION_DAYS = 3;

export interface NewWorker {
  readonly name: string;
  readonly role: Role;
  readonly kinds: readonly Kind[];
  readonly languages: readonly string[];
}

export interface Worker extends Row {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly allowed: readonly Kind[];
  readonly languages: readonly string[];
  readonly paused: string | null;
  readonly disabledAt: Date | null;
  /** Whether an invitation waits to be accepted. */
  readonly invited: boolean;
  readonly online: boolean;
  readonly lastSeen: Date | null;
}

/** A worker's row, or their name. */
export type WorkerRef = number | string;

/** Who had been shut out comes back by the new link only: the old password may be why. */
const ENABLED_AGAIN =
  "password = case when workers.disabled_at is null then workers.password end, disabled_at = null";

/** Kinds that a role comes to when none are named: $2 is the role, $3 the kinds, $7 all there are. */
const KINDS_FOR = (role: string, kinds: string) =>
  `case when ${role} = 'auditor' then '{}' else coalesce($3::text[], ${kinds}, $7::text[]) end`;
const KINDS_OF_KNOWN = KINDS_FOR("coalesce($2, workers.role)", "nullif(workers.allowed, '{}')");

/**
 * Makes a worker, or a new invitation for one who has no password yet or forgot it; the former link and, once the new
 * one is accepted, the former password no longer work.
 * @param worker what is left out is usual for a new one, and stays as it is for one who is known
 * @param options again: whether the name may be somebody's already
 * @returns the token of the link: the only time that it can be seen
 */
export async function inviteWorker(
  database: Queryable,
  worker: Pick<NewWorker, "name"> & Partial<NewWorker>,
  { again } = { again: true },
): Promise<string> {
  const name = worker.name.trim();
  if (name === "" || name.length > 100) throw new OperatorError("A worker's name has 1 to 100 characters.");
  const { token, hash } = newToken();
  const invited = await database.query(
    `insert into workers (name, role, allowed, accepts, languages, invite_hash, invite_until)
     select $1, coalesce($2, 'worker'), kinds, kinds, coalesce($4::text[], '{}'), $5, now() + interval '${INVITATION_DAYS} days'
     from (select ${KINDS_FOR("coalesce($2, 'worker')", "null")} as kinds) as usual
     on conflict on constraint workers_name_unique do update
     set role = coalesce($2, workers.role), allowed = ${KINDS_OF_KNOWN},
       accepts = case when $2 is null and $3 is null then workers.accepts else ${KINDS_OF_KNOWN} end,
       languages = coalesce($4, workers.languages), invite_hash = excluded.invite_hash, invite_until = excluded.invite_until, ${ENABLED_AGAIN}
     where $6 returning ${TELL_WORKER}`,
    [
      name,
      worker.role ?? null,
      worker.kinds ?? null,
      worker.languages === undefined ? null : lowerCase(worker.languages),
      hash,
      again,
      KINDS,
    ],
  );
  if (invited.length === 0) throw new OperatorError(`A worker is called "${name}" already.`);
  await database.query(END_NOT_ALLOWED("name"), [name]);
  return token;
}

/** A new link for one who is known. @returns its token: the only time that it can be seen */
export async function renewInvitation(database: Queryable, worker: WorkerRef): Promise<string> {
  const { token, hash } = newToken();
  await change(
    database,
    worker,
    `invite_hash = $2, invite_until = now() + interval '${INVITATION_DAYS} days', ${ENABLED_AGAIN}`,
    [hash],
  );
  return token;
}

// Plan: for each worker one row of worker_items_ended, an open one first: max(claimed_at) would read every item, 30 s at
// a million.
export const LIST_WORKERS = `
  select w.id, w.name, w.role, w.allowed, w.languages, w.paused, w.disabled_at as "disabledAt",
    coalesce(w.invite_until > now(), false) as invited,
    exists (select from worker_presence p join worker_sessions s on s.id = p.session_id
      where s.worker_id = w.id and p.until > now()) as online,
    (select i.claimed_at from worker_items i where i.worker_id = w.id order by i.ended_at desc limit 1) as "lastSeen"
  from workers w order by w.name`;

export async function listWorkers(database: Queryable): Promise<Worker[]> {
  return database.query<Worker>(LIST_WORKERS);
}

/** Ends every session of the worker at once, gives back what they hold, and lets nobody sign in under the name. */
export async function disableWorker(database: Database, worker: WorkerRef): Promise<void> {
  await database.transaction(async (transaction) => {
    // In this order, so that the pages hear first why they are signed out.
    await endSessions(transaction, worker, "disabled");
    await change(transaction, worker, "disabled_at = now(), invite_hash = null, invite_until = null");
  });
}

/** Lets a disabled worker in again, with the password they had. */
export async function enableWorker(database: Queryable, worker: WorkerRef): Promise<void> {
  await change(database, worker, "disabled_at = null");
}

/** @param reason shown to the worker; null lets them go on */
export async function pauseWorker(
  database: Database,
  worker: WorkerRef,
  reason: string | null,
): Promise<void> {
  await change(database, worker, "paused = $2, judged_from = now()", [reason]);
}

/**
 * Signs the worker out everywhere, at once; what they hold goes back.
 * @throws OperatorError when there is no such worker
 */
export async function endSessions(
  database: Queryable,
  worker: WorkerRef,
  reason: EndedReason = "sent-out",
): Promise<void> {
  const known = await database.query(`select id from workers where ${columnOf(worker)} = $1`, [worker]);
  if (known.length === 0) throw unknownWorker(worker);
  await database.query(
    `with ended as (
       update worker_sessions s set ended_at = now() from workers w
       where w.${columnOf(worker)} = $1 and s.worker_id = w.id and s.ended_at is null and s.until > now() returning s.id
     ) select ${TELL("json_build_object('news', 'ended', 'session', id, 'reason', $2::text)")} from ended`,
    [worker, reason],
  );
}

/**
 * Sets what a worker may answer; what is left out stays. A kind that is new is accepted until the worker says otherwise;
 * the lease of an item whose kind is no longer among them ends at once, and it goes back.
 */
export async function allowWorker(
  database: Database,
  worker: WorkerRef,
  { kinds, languages }: Partial<Pick<NewWorker, "kinds" | "languages">>,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await change(
      transaction,
      worker,
      `allowed = coalesce($2::text[], allowed), languages = coalesce($3::text[], languages),
       accepts = array(select k from unnest(coalesce($2::text[], allowed)) k where k = any(accepts) or not k = any(allowed))`,
      [kinds ?? null, languages === undefined ? null : lowerCase(languages)],
    );
    await transaction.query(END_NOT_ALLOWED(columnOf(worker)), [worker]);
  });
}

// What follows from the end of a lease is the sweeper's, as everywhere. Plan: the open items, which are as many as
// workers, and a primary key probe for each.
const END_NOT_ALLOWED = (column: string): string => `
  with taken as (
    select i.id, i.task_key, i.lease from worker_items i join workers w on w.id = i.worker_id
    where w.${column} = $1 and i.ended_at is null and not i.kind = any(w.allowed)
  ), tasks_ended as (
    update tasks t set leased_until = now() from taken
    where t.key = taken.task_key and t.lease = taken.lease and t.state = 'leased'
  )
  update worker_items i set check_until = now() from taken where i.id = taken.id and i.check_id is not null`;

/** @param share of check items among what the worker is given, 0 to 1 */
export async function setCheckShare(database: Queryable, worker: WorkerRef, share: number): Promise<void> {
  await change(database, worker, "check_share = $2", [share]);
}

/** @throws OperatorError naming the first that is none */
export function parseKinds(words: readonly string[]): Kind[] {
  return words.map((word) => {
    const kind = KINDS.find((known) => known === word);
    if (kind === undefined) {
      throw new OperatorError(`"${word}" is not a kind of item. Choose from: ${KINDS.join(", ")}.`);
    }
    return kind;
  });
}

async function change(
  database: Queryable,
  worker: WorkerRef,
  assignments: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const changed = await database.query(
    `update workers set ${assignments} where ${columnOf(worker)} = $1 returning ${TELL_WORKER}`,
    [worker, ...values],
  );
  if (changed.length === 0) throw unknownWorker(worker);
}

function unknownWorker(worker: WorkerRef): OperatorError {
  return new OperatorError(`No worker is called "${worker}". See \`glyphdesk worker list\`.`);
}

function columnOf(worker: WorkerRef): "id" | "name" {
  return typeof worker === "number" ? "id" : "name";
}

function lowerCase(codes: readonly string[]): string[] {
  return codes.map((code) => code.toLowerCase());
}
