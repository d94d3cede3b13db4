import type { FastifyInstance } from "fastify";
import type { KeyRing, Caller } from "../accounts/keys.ts";
import type { Logger } from "../base/logger.ts";
import { splitClientKey, type ClientKey } from "../protocol/client-key.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { parseRequest, type JsonObject } from "../protocol/json.ts";
import { renderError } from "./answers.ts";
import type { Body } from "./body.ts";
import { ANY_ORIGIN, servePreflight } from "./cors.ts";

const HEADERS = { ...ANY_ORIGIN, "content-type": "application/json; charset=utf-8" };

/** One API method. */
export interface Method {
  readonly path: string;
  /** Properties that a refusal of this method carries besides the error. */
  readonly onError?: object;
  /** Answers the JSON text of the body; throws or rejects with ProtocolError to refuse. */
  handle(request: MethodRequest): Promise<string>;
}

export interface MethodRequest {
  readonly caller: Caller;
  readonly clientKey: ClientKey;
  /** The top-level fields of the request under lower-case names, nulls left out. */
  readonly fields: JsonObject;
}

/**
 * Serves a method as POST at the root: always HTTP 200 with JSON, refusals too.
 *
 * Nothing here may keep the body or the parsed request while it waits for the database: at thousands of pictures a
 * second what survives the wait is promoted to the old heap, and collecting it there cost a fifth of the processor.
 */
export function serveMethod(app: FastifyInstance, keys: KeyRing, logger: Logger, method: Method): void {
  servePreflight(app, method.path, "POST");
  app.post(method.path, (request, reply) => {
    void reply.headers(HEADERS);
    const body = request.body as Body | undefined;
    request.body = undefined;
    const refuse = (error: unknown) => renderError(error, logger, method.onError);
    try {
      return answer(keys, method, body).catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  });
}

function answer(keys: KeyRing, method: Method, body: Body | undefined): Promise<string> {
  if (body instanceof ProtocolError) throw body;
  return callMethod(keys, method, parseRequest(body ?? Buffer.alloc(0)));
}

/**
 * Answers one request to a method, whichever way it came.
 * @throws or rejects with ProtocolError to refuse
 */
export function callMethod(keys: KeyRing, method: Method, request: JsonObject): Promise<string> {
  const fields = lowerCaseNames(request);
  const clientKey = splitClientKey(typeof fields["clientkey"] === "string" ? fields["clientkey"] : "");
  const caller = keys.remembered(clientKey.key);
  if (caller !== undefined) return handle(method, caller, clientKey, fields);
  return keys.find(clientKey.key).then((found) => handle(method, found, clientKey, fields));
}

function handle(
  method: Method,
  caller: Caller | null,
  clientKey: ClientKey,
  fields: JsonObject,
): Promise<string> {
  if (caller === null) throw new ProtocolError("ERROR_KEY_DOES_NOT_EXIST");
  return method.handle({ caller, clientKey, fields });
}

/** A null-prototype copy, so that a field named `__proto__` is only a field. */
function lowerCaseNames(object: JsonObject): JsonObject {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(object)) {
    if (value !== null) fields[name.toLowerCase()] = value;
  }
  return fields;
}
