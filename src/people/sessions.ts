import type { Database, Queryable, Row } from "../database/database.ts";
import type { Kind, Role } from "../protocol/workspace.ts";
import { checkPassword, csrfOf, hashPassword, hashToken, MIN_PASSWORD, newToken } from "./passwords.ts";
import { endSessions, TELL } from "./workers.ts";

/** A session is over after this long, whatever happens. */
export const SESSION_HOURS = 14;
/** Live sessions of one worker: streams and items are bounded by session. */
const MOST_SESSIONS = 5;

/** Who a request of the workspace comes from. */
export interface SignedIn {
  readonly session: number;
  readonly worker: number;
  readonly name: string;
  readonly role: Role;
  readonly allowed: readonly Kind[];
  readonly accepts: readonly Kind[];
  readonly languages: readonly string[];
  readonly paused: string | null;
}

export interface NewSession {
  /** For the cookie: the only time that it can be seen. */
  readonly token: string;
  readonly csrf: string;
}

interface SessionRow extends SignedIn, Row {}

const COLUMNS = `s.id as session, w.id as worker, w.name, w.role, w.allowed, w.languages, w.paused,
  array(select unnest(w.accepts) intersect select unnest(w.allowed)) as accepts`;
const LIVE = "s.ended_at is null and s.until > now() and w.disabled_at is null";

// Plan: one probe of worker_sessions_token_unique, one of the workers' primary key.
const FIND = {
  name: "find-session",
  text: `select ${COLUMNS} from worker_sessions s join workers w on w.id = s.worker_id
    where s.token_hash = $1 and ${LIVE}`,
};

/** The session of a cookie; null when there is none or it is over. Asked of the database each time: ended means now. */
export async function findSession(database: Queryable, token: string): Promise<SignedIn | null> {
  const [row] = await database.query<SessionRow>(FIND, [hashToken(token)]);
  return row ?? null;
}

/** The sessions among these that are not over. */
export async function liveSessions(database: Queryable, ids: readonly number[]): Promise<SignedIn[]> {
  return database.query<SessionRow>(
    `select ${COLUMNS} from worker_sessions s join workers w on w.id = s.worker_id
     where s.id = any($1::bigint[]) and ${LIVE}`,
    [ids],
  );
}

/** Within a transaction: the session as it is, and no other claim or settlement of it until the end. */
export async function lockSession(transaction: Queryable, id: number): Promise<SignedIn | null> {
  const [row] = await transaction.query<SessionRow>(
    `select ${COLUMNS} from worker_sessions s join workers w on w.id = s.worker_id
     where s.id = $1 and ${LIVE} for update of s`,
    [id],
  );
  return row ?? null;
}

/** Null when the name or the password is wrong; the two take equally long. */
export async function signIn(database: Database, name: string, password: string): Promise<NewSession | null> {
  const [worker] = await database.query<Row & { id: number; password: string | null }>(
    "select id, password from workers where name = $1 and disabled_at is null",
    [name.trim()],
  );
  if (!(await checkPassword(password, worker?.password ?? null)) || worker === undefined) return null;
  return openSession(database, worker.id);
}

/** What is wrong with a new password, in a sentence; null when nothing is. */
export function passwordFault(password: string): string | null {
  if (Array.from(password).length < MIN_PASSWORD) {
    return `A password has at least ${MIN_PASSWORD} characters; a few words are easy to remember.`;
  }
  return null;
}

/** Whose invitation it is; null when it is unknown, over or used already. */
export async function findInvited(database: Queryable, token: string): Promise<string | null> {
  const [worker] = await database.query<Row & { name: string }>(
    "select name from workers where invite_hash = $1 and invite_until > now() and disabled_at is null",
    [hashToken(token)],
  );
  return worker?.name ?? null;
}

/** Sets the password by an invitation, which is used up by it. Null when it is unknown, over or used already. */
export async function acceptInvite(
  database: Database,
  token: string,
  password: string,
): Promise<NewSession | null> {
  if ((await findInvited(database, token)) === null) return null;
  const stored = await hashPassword(password);
  const [worker] = await database.query<Row & { id: number }>(
    `update workers set password = $2, invite_hash = null, invite_until = null
     where invite_hash = $1 and invite_until > now() and disabled_at is null returning id`,
    [hashToken(token), stored],
  );
  if (worker === undefined) return null;
  // Whoever signed in with the former password is out with it.
  await endSessions(database, worker.id, "new-password");
  return openSession(database, worker.id);
}

/** Ends one session, at once in every process. */
export async function endSession(database: Queryable, id: number): Promise<void> {
  await database.query(
    `update worker_sessions set ended_at = now() where id = $1 and ended_at is null
     returning ${TELL("json_build_object('news', 'ended', 'session', id, 'reason', 'signed-out')")}`,
    [id],
  );
}

/** Sets what the worker wants to answer. @returns it, without what is not allowed */
export async function setAccepts(
  database: Queryable,
  worker: number,
  kinds: readonly Kind[],
): Promise<readonly Kind[]> {
  const [row] = await database.query<Row & { accepts: readonly Kind[] }>(
    `update workers set accepts = array(select unnest($2::text[]) intersect select unnest(allowed)) where id = $1
     returning accepts, ${TELL("json_build_object('news', 'worker', 'worker', id)")}`,
    [worker, kinds],
  );
  return row?.accepts ?? [];
}

/** Opens a session; of those that the worker had, the oldest beyond MOST_SESSIONS end. */
async function openSession(database: Queryable, worker: number): Promise<NewSession> {
  const { token, hash } = newToken();
  // Plan: the index on worker_id; a worker has few sessions.
  await database.query(
    `update worker_sessions set ended_at = now()
     where id in (
       select id from worker_sessions where worker_id = $1 and ended_at is null and until > now()
       order by id desc offset ${MOST_SESSIONS - 1}
     ) returning ${TELL("json_build_object('news', 'ended', 'session', id, 'reason', 'too-many')")}`,
    [worker],
  );
  await database.query(
    `insert into worker_sessions (worker_id, token_hash, until)
     values ($1, $2, now() + interval '${SESSION_HOURS} hours')`,
    [worker, hash],
  );
  return { token, csrf: csrfOf(token) };
}
