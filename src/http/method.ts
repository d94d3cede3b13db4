import type { FastifyInstance } from "fastify";
import type { KeyRing, Caller } from "../accounts/keys.ts";
import type { Logger } from "../base/logger.ts";
import { splitClientKey, type ClientKey } from "../protocol/client-key.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { parseRequest, type JsonObject } from "../protocol/json.ts";
import { renderError } from "./answers.ts";
import type { Body } from "./body.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** One API method. */
export interface Method {
  readonly path: string;
  /** Properties that a refusal of this method carries besides the error. */
  readonly onError?: object;
  /** Answers the JSON text of the body; throws ProtocolError to refuse. `fields` has lower-case names. */
  handle(request: MethodRequest): Promise<string>;
}

export interface MethodRequest {
  readonly caller: Caller;
  readonly clientKey: ClientKey;
  /** The top-level fields of the request under lower-case names, nulls left out. */
  readonly fields: JsonObject;
}

/** Serves a method as POST at the root: always HTTP 200 with JSON, refusals too. */
export function serveMethod(app: FastifyInstance, keys: KeyRing, logger: Logger, method: Method): void {
  app.post(method.path, async (request, reply) => {
    void reply.header("content-type", JSON_TYPE);
    try {
      const body = request.body as Body | undefined;
      if (body instanceof ProtocolError) throw body;
      const fields = lowerCaseNames(parseRequest(body ?? Buffer.alloc(0)));
      const clientKey = splitClientKey(typeof fields["clientkey"] === "string" ? fields["clientkey"] : "");
      const caller = await keys.find(clientKey.key);
      if (caller === null) throw new ProtocolError("ERROR_KEY_DOES_NOT_EXIST");
      return await method.handle({ caller, clientKey, fields });
    } catch (error) {
      return renderError(error, logger, method.onError);
    }
  });
}

/** A null-prototype copy, so that a field named `__proto__` is only a field. */
function lowerCaseNames(object: JsonObject): JsonObject {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(object)) {
    if (value !== null) fields[name.toLowerCase()] = value;
  }
  return fields;
}
