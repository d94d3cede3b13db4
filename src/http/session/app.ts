import type { BlockList } from "node:net";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Static, TObject } from "typebox";
import { Check, Errors } from "typebox/value";
import { OperatorError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { AnswerFault } from "../../people/answering.ts";
import type { PeopleDesk } from "../../people/desk.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { refuseNoText } from "../../protocol/json.ts";
import { trustOf } from "../trust-proxy.ts";
import { checkCsrf, checkOrigin, visitorOf, type Visitor } from "./guard.ts";
import { Refusal, sendRefusal } from "./refusal.ts";
import type { SignInLimit } from "./sign-in-limit.ts";

const MAX_BODY_BYTES = 512 * 1024;

export interface SessionAppOptions {
  readonly desk: PeopleDesk;
  readonly logger: Logger;
  /** Shared by all such apps, or each would allow as many guesses. */
  readonly limit: SignInLimit;
  /** The operator's own proxies. */
  readonly trustProxy: BlockList;
}

/** What the routes of such an app are served with. */
export interface SessionRoutes extends SessionAppOptions {
  readonly app: FastifyInstance;
  /** The path that all its calls lie below, and its cookie is for. */
  readonly prefix: string;
  /** The session of a request that only reads. @throws Refusal */
  readonly reader: (request: FastifyRequest) => Promise<Visitor>;
  /** The session of a request that changes something: with the CSRF token. @throws Refusal */
  readonly writer: (request: FastifyRequest) => Promise<Visitor>;
}

/**
 * An app for people in browsers, beside the API for programs and on the same port: it has HTTP statuses, sessions and
 * another idea of errors. Its routes are added by who makes it.
 */
export function buildSessionApp(prefix: string, options: SessionAppOptions): SessionRoutes {
  const { desk, logger } = options;
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { ignoreDuplicateSlashes: true },
    return503OnClosing: false,
    trustProxy: trustOf(options.trustProxy),
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
    if (request.url.startsWith(`${prefix}/api/`)) void reply.header("cache-control", "no-store");
    if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendRefusal(reply, new Refusal(404, "INVALID_REQUEST", "There is no such page or call.")),
  );
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (reply.raw.headersSent) return reply.raw.destroy();
    return sendRefusal(reply, refusalOf(error, logger));
  });

  const reader = (request: FastifyRequest) => visitorOf(desk.database, request);
  return {
    ...options,
    app,
    prefix,
    reader,
    writer: async (request) => {
      const visitor = await reader(request);
      checkCsrf(request, visitor);
      return visitor;
    },
  };
}

/**
 * The body of a call.
 * @throws Refusal when it is not as the schema says; ProtocolError when a string in it cannot be stored
 */
export function bodyOf<Schema extends TObject>(schema: Schema, request: FastifyRequest): Static<Schema> {
  const body = request.body ?? {};
  JSON.stringify(body, refuseNoText); // for its visits to every value
  if (Check(schema, body)) return body;
  const [fault] = Errors(schema, body);
  const where = fault?.instancePath.slice(1).replaceAll("/", ".") || "the body";
  throw new Refusal(
    400,
    "INVALID_REQUEST",
    `${request.method} ${request.routeOptions.url} got a faulty body: ${where} ${fault?.message ?? "is wrong"}.`,
  );
}

function refusalOf(error: FastifyError, logger: Logger): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof OperatorError) return new Refusal(422, "INVALID_REQUEST", error.message);
  const isFaulty = error instanceof AnswerFault || error instanceof ProtocolError;
  if (isFaulty) return new Refusal(422, "INVALID_ANSWER", error.message);
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) return new Refusal(statusCode, "INVALID_REQUEST", error.message);
  logger.error({ err: error }, "a call of a page failed");
  return new Refusal(
    503,
    "NOT_AVAILABLE",
    "The desk cannot answer at the moment. Try again in a few seconds.",
  );
}
