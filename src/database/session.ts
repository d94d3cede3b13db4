import type { ClientConfig } from "pg";

/** A connection string, or what `startEmbedded` returned. */
export type Connection = string | { host: string; port: number; user: string; database: string };

/** What listens may be silent for hours, and a NAT in between forgets it: without probes neither end would ever know. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 60_000 };

/**
 * How to connect with these session options, such as `-c timezone=UTC`. pg lets the `options` of a connection string
 * replace all others, and the desk's statements are right only with its own, so they go behind the operator's:
 * PostgreSQL lets the last word on a setting count.
 */
export function sessionWith(connection: Connection, options: string): ClientConfig {
  if (typeof connection !== "string") return { ...KEEP_ALIVE, ...connection, options };
  const behind = `+${options.replaceAll(" ", "+")}`;
  // Only that part of the text is touched: pg reads odd ones, such as hosts that are directories, in its own way.
  const connectionString = connection.replaceAll(/(?<=\?(?:[^#]*&)?)options=[^&#]*/g, (own) => own + behind);
  return { ...KEEP_ALIVE, connectionString, options };
}
