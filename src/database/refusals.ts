import { Client, escapeIdentifier } from "pg";
import { codeOf, messageOf, OperatorError } from "../base/errors.ts";
import { OLDEST_POSTGRESQL } from "../config/options.ts";
import type { Queryable, Row } from "./database.ts";

/** Which database, as a sentence may name it: never with its password. */
export interface Place {
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

interface Refusal {
  /** SQLSTATE, or Node's code of the error. */
  readonly codes: readonly string[];
  /** For errors without a code. */
  readonly message?: RegExp;
  readonly what: (place: Place) => string;
  readonly advice: (place: Place) => string;
}

/** Why somebody's own PostgreSQL cannot be used, and what its operator does about it. Every command says it alike. */
const REFUSALS: readonly Refusal[] = [
  {
    codes: ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOENT", "EPIPE"],
    message: /timeout|terminated unexpectedly/,
    what: ({ host }) => `no PostgreSQL answers at ${host}`,
    advice: () => "Start it, or correct host and port in GLYPHDESK_DATABASE_URL.",
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN"],
    what: ({ host }) => `the name in ${host} is not known`,
    advice: () => "Correct the host in GLYPHDESK_DATABASE_URL, or the name service of this machine.",
  },
  {
    codes: ["28P01", "28000", "EACCES"],
    message: /^SASL/,
    what: ({ host, user }) => `${host} does not let the user ${user} in`,
    advice: () =>
      "Correct user and password in GLYPHDESK_DATABASE_URL, or let the user in from this machine (pg_hba.conf).",
  },
  {
    codes: [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "CERT_HAS_EXPIRED",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    message: /SSL/,
    what: ({ host }) => `no encrypted connection to ${host} comes about`,
    advice: () =>
      "Correct sslmode in GLYPHDESK_DATABASE_URL, and name the certificate authority there with sslrootcert=FILE.",
  },
  {
    codes: ["3D000"],
    what: ({ host, database }) => `there is no database ${database} at ${host}`,
    advice: ({ user, database }) =>
      `Create it: create database ${escapeIdentifier(database)} owner ${escapeIdentifier(user)};`,
  },
  {
    codes: ["42501"],
    what: ({ host, user, database }) =>
      `the user ${user} may not do all that is needed in ${database} at ${host}`,
    advice: (place) => grants(place),
  },
  {
    codes: ["25006"],
    what: ({ host, database }) => `${database} at ${host} is read-only`,
    advice: () =>
      "Name the primary server in GLYPHDESK_DATABASE_URL, not a standby; or set default_transaction_read_only = off for user and database.",
  },
  {
    codes: ["53300"],
    what: ({ host }) => `all connections of ${host} are taken`,
    advice: () => "Raise max_connections there: a server of Glyphdesk takes up to 20.",
  },
  {
    codes: ["57P03", "57P01", "57P02"],
    what: ({ host }) => `the PostgreSQL at ${host} is starting or stopping`,
    advice: () => "Wait until it is up, then start again.",
  },
  {
    codes: ["53100", "58030"],
    what: ({ host }) => `the PostgreSQL at ${host} cannot write to its disk`,
    advice: () => "Make room on its disk, then start again.",
  },
];

function grants({ user, database }: Place): string {
  const [role, name] = [escapeIdentifier(user), escapeIdentifier(database)];
  return (
    `Make it the owner: alter database ${name} owner to ${role}; or, connected to that database as its owner: ` +
    `grant create on database ${name} to ${role}; grant usage, create on schema public to ${role}; ` +
    "Tables that another user has made stay that user's: connect as that one."
  );
}

/** @throws OperatorError when the address cannot be read */
export function placeOf(connectionString: string): Place {
  try {
    const { host, port, user = "", database = user } = new Client({ connectionString });
    return { host: host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`, user, database };
  } catch (error) {
    throw new OperatorError(`GLYPHDESK_DATABASE_URL is not usable: ${messageOf(error)}.\nCorrect it.`);
  }
}

/** What came of the first steps in somebody's own database, as a sentence for its operator where we have one. */
export function refusalOf(error: unknown, place: Place): unknown {
  if (error instanceof OperatorError) return error;
  const said = messageOf(error);
  const code = codeOf(error);
  const refusal = REFUSALS.find(({ codes, message }) =>
    code === "" ? message?.test(said) : codes.includes(code),
  );
  if (refusal === undefined) return error;
  const { what, advice } = refusal;
  return new OperatorError(`The database cannot be used: ${what(place)} (${said}).\n${advice(place)}`, {
    cause: error,
  });
}

/** What the server says when it stops, and what the system says of a connection to it. */
const LOSSES = new Set(["57P01", "57P02", "57P03", "ECONNRESET", "ECONNREFUSED"]);
/** Errors of node-postgres without a code. */
const LOSS_MESSAGE = /^Connection terminated|connection error and is not queryable/;

/** A database that went away in the middle of a command, as a sentence; anything else as it is. */
export function lossOf(error: unknown): unknown {
  const code = codeOf(error);
  // With the embedded database its socket is gone: ENOENT, as of a file that is missing.
  const unreached = error instanceof Error && Reflect.get(error, "syscall") === "connect";
  if (!unreached && !(code === "" ? LOSS_MESSAGE.test(messageOf(error)) : LOSSES.has(code))) return error;
  return new OperatorError(
    `The database went away in the middle of this command (${messageOf(error)}).\n` +
      "Run it again when the database is back; what it changes may have been done already.",
    { cause: error },
  );
}

/** @throws OperatorError when the server is older than what the statements are written for */
export async function refuseOldServer(database: Queryable, { host }: Place): Promise<void> {
  const [server] = await database.query<Row & { version: string; major: number }>(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major",
  );
  if (server === undefined || server.major >= OLDEST_POSTGRESQL) return;
  throw new OperatorError(
    `The database cannot be used: ${host} is PostgreSQL ${server.version}.\n` +
      `Use PostgreSQL ${OLDEST_POSTGRESQL} or newer, or the embedded one: unset GLYPHDESK_DATABASE_URL.`,
  );
}
