import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Static, TObject } from "typebox";
import { Check } from "typebox/value";
import type { PeopleDesk } from "../../people/desk.ts";
import type { Visitor } from "./guard.ts";
import { Refusal } from "./refusal.ts";

export const PREFIX = "/workspace";

/** What the routes are served with. */
export interface WorkspaceRoutes {
  readonly app: FastifyInstance;
  readonly desk: PeopleDesk;
  /** The session of a request that only reads. @throws Refusal */
  readonly reader: (request: FastifyRequest) => Promise<Visitor>;
  /** The session of a request that changes something: with the CSRF token. @throws Refusal */
  readonly writer: (request: FastifyRequest) => Promise<Visitor>;
}

/**
 * The body of a call.
 * @throws Refusal when it is not as the schema says
 */
export function bodyOf<Schema extends TObject>(schema: Schema, request: FastifyRequest): Static<Schema> {
  const body = request.body ?? {};
  if (Check(schema, body)) return body;
  throw new Refusal(
    400,
    "INVALID_REQUEST",
    `${request.method} ${request.routeOptions.url} got a faulty body.`,
  );
}
