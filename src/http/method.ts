import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyLimits } from "../accounts/key-limits.ts";
import type { KeyRing, Caller } from "../accounts/keys.ts";
import type { Logger } from "../base/logger.ts";
import { splitClientKey, type ClientKey } from "../protocol/client-key.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { parseRequest, type JsonObject } from "../protocol/json.ts";
import { renderError, renderUnknown } from "./answers.ts";
import type { Body } from "./body.ts";
import { JSON_HEADERS, servePreflight } from "./cors.ts";
import { checkKey, STATUSES } from "./key-limits.ts";

const OTHER_VERBS = ["GET", "PUT", "PATCH", "DELETE"];

/** One API method. */
export interface Method {
  readonly path: string;
  /** Properties that a refusal of this method carries besides the error. */
  readonly onError?: object;
  /** Answers the JSON text of the body; throws or rejects with ProtocolError to refuse. */
  handle(request: MethodRequest): Promise<string>;
  /** Answers while keys cannot be looked up; without it that is refused. It must be the same for every request. */
  readonly whileAway?: (error: unknown) => string;
}

export interface MethodRequest {
  readonly caller: Caller;
  readonly clientKey: ClientKey;
  /** The top-level fields of the request under lower-case names, nulls left out. */
  readonly fields: JsonObject;
  /** How it came: its address, headers and connection. Its body is gone. */
  readonly http: FastifyRequest;
}

/**
 * Serves a method as POST at the root: always HTTP 200 with JSON, refusals too, unless the key asks for other statuses.
 *
 * Nothing here may keep the body or the parsed request while it waits for the database: at thousands of pictures a
 * second what survives the wait is promoted to the old heap, and collecting it there cost a fifth of the processor.
 */
export function serveMethod(app: FastifyInstance, keys: KeyRing, logger: Logger, method: Method): void {
  serve(app, logger, method, (http, body) => callMethod(keys, method, http, parseBody(body)));
}

/** Serves a method that needs no API key. @param handle gets the fields under lower-case names */
export function serveOpenMethod(
  app: FastifyInstance,
  logger: Logger,
  path: string,
  handle: (fields: JsonObject) => Promise<string>,
): void {
  serve(app, logger, { path }, (_http, body) => handle(lowerCaseNames(parseBody(body))));
}

function serve(
  app: FastifyInstance,
  logger: Logger,
  { path, onError }: Pick<Method, "path" | "onError">,
  answer: (http: FastifyRequest, body: Body | undefined) => Promise<string>,
): void {
  servePreflight(app, path, "POST");
  app.route({
    method: OTHER_VERBS,
    url: path,
    handler: (request, reply) => reply.headers(JSON_HEADERS).send(renderUnknown(request, onError)),
  });
  app.post(path, (request, reply) => {
    void reply.headers(JSON_HEADERS);
    const body = request.body as Body | undefined;
    request.body = undefined;
    const refuse = (error: unknown) => {
      if (error instanceof ProtocolError && error.retryAfter !== null) {
        void reply.header("retry-after", String(error.retryAfter));
      }
      if (error instanceof RefusalWithStatus) void reply.code(error.status);
      return renderError(error, logger, onError);
    };
    try {
      return answer(request, body).catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  });
}

function parseBody(body: Body | undefined): JsonObject {
  if (body instanceof ProtocolError) throw body;
  return parseRequest(body ?? Buffer.alloc(0));
}

/**
 * Answers one request to a method, whichever way it came.
 * @throws or rejects with ProtocolError to refuse
 */
export function callMethod(
  keys: KeyRing,
  method: Method,
  http: FastifyRequest,
  request: JsonObject,
): Promise<string> {
  const fields = lowerCaseNames(request);
  const clientKey = splitClientKey(typeof fields["clientkey"] === "string" ? fields["clientkey"] : "");
  const caller = keys.remembered(clientKey.key);
  if (caller !== undefined) return handle(method, caller, clientKey, fields, http);
  // Whose key it is stays unknown with the database away. What is answered to everybody alike gives nothing away, and
  // refusing would make clients with a right key give up what they will pay for.
  return keys
    .find(clientKey.key)
    .then((found) => handle(method, found, clientKey, fields, http), method.whileAway);
}

function handle(
  method: Method,
  caller: Caller | null,
  clientKey: ClientKey,
  fields: JsonObject,
  http: FastifyRequest,
): Promise<string> {
  if (caller === null) throw new ProtocolError("ERROR_KEY_DOES_NOT_EXIST");
  const { limits } = caller;
  const request = { caller, clientKey, fields, http };
  return limits === null ? method.handle(request) : handleLimited(method, limits, request);
}

async function handleLimited(method: Method, limits: KeyLimits, request: MethodRequest): Promise<string> {
  try {
    checkKey(limits, request.http.ip);
    return await method.handle(request);
  } catch (error) {
    const status = error instanceof ProtocolError ? STATUSES[error.code] : undefined;
    if (!limits.statuses || !(error instanceof ProtocolError) || status === undefined) throw error;
    throw new RefusalWithStatus(error, status);
  }
}

/** The refusal of a key that asks for the hosted service's HTTP statuses. */
class RefusalWithStatus extends ProtocolError {
  readonly status: number;

  constructor({ code, message, retryAfter, cause }: ProtocolError, status: number) {
    super(code, message, { cause, ...(retryAfter !== null && { retryAfter }) });
    this.status = status;
  }
}

/** A null-prototype copy, so that a field named `__proto__` is only a field. */
function lowerCaseNames(object: JsonObject): JsonObject {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(object)) {
    if (value !== null) fields[name.toLowerCase()] = value;
  }
  return fields;
}
