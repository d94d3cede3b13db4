import type { ClientConfig } from "pg";

/** A connection string, or what `startEmbedded` returned. */
export type Connection = string | { host: string; port: number; user: string; database: string };

/**
 * How to connect with these session options, such as `-c timezone=UTC`. pg lets the `options` of a connection string
 * replace all others, and the desk's statements are right only with its own, so they go behind the operator's:
 * PostgreSQL lets the last word on a setting count.
 */
export function sessionWith(connection: Connection, options: string): ClientConfig {
  if (typeof connection !== "string") return { ...connection, options };
  const behind = `+${options.replaceAll(" ", "+")}`;
  // Only that part of the text is touched: pg reads odd ones, such as hosts that are directories, in its own way.
  const connectionString = connection.replaceAll(/(?<=\?(?:[^#]*&)?)options=[^&#]*/g, (own) => own + behind);
  return { connectionString, options };
}
