import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyRing } from "../../accounts/keys.ts";
import type { Logger } from "../../base/logger.ts";
import { splitClientKey } from "../../protocol/client-key.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { PINGBACK } from "../../protocol/callback-form.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Body } from "../body.ts";
import { ANY_ORIGIN, servePreflight } from "../cors.ts";
import { callMethod, type Method } from "../method.ts";
import { renderAnswer, renderRefusal, solutionOf, type Answer } from "./answers.ts";
import { DialectError, inDialect, NOT_READY, refusalOf, type Script } from "./errors.ts";
import { inTheirNames } from "./names.ts";
import { readParameters, type Parameters } from "./parameters.ts";
import { taskOf } from "./tasks.ts";

/** The methods of the JSON protocol that the dialect's requests are translated into. */
export interface DialectMethods {
  readonly createTask: Method;
  readonly getTaskResult: Method;
  readonly getBalance: Method;
  readonly reportIncorrect: Method;
  readonly reportCorrect: Method;
}

export interface TwoCaptchaOptions {
  readonly keys: KeyRing;
  readonly logger: Logger;
  readonly methods: DialectMethods;
}

/** Calls a method with the caller's key and answers its parsed JSON. */
type Call = (method: Method, fields: JsonObject) => Promise<JsonObject>;

const ACTIONS = "get, get2, getbalance, reportbad, reportgood";

/** Ids in one request of res.php. */
const MAX_IDS = 100;

/**
 * Serves 2Captcha's older API, `in.php` and `res.php` with GET and POST: a translation into the methods of the JSON
 * protocol, which alone check keys, hold money and read tasks. Always HTTP 200, text or with `json=1` JSON.
 */
export function serveTwoCaptcha(app: FastifyInstance, options: TwoCaptchaOptions): void {
  const { methods } = options;
  serve(app, "in.php", options, (parameters, call) => submit(parameters, call, methods));
  serve(app, "res.php", options, (parameters, call) => respond(parameters, call, methods));
}

function serve(
  app: FastifyInstance,
  script: Script,
  { keys, logger }: TwoCaptchaOptions,
  handle: (parameters: Parameters, call: Call) => Promise<Answer>,
): void {
  servePreflight(app, `/${script}`, "GET, POST");
  app.route({
    method: ["GET", "POST"],
    url: `/${script}`,
    async handler(request, reply) {
      let asJson = /[?&]json=(1|true)(&|$)/i.test(request.url);
      let text: string;
      let parameters: Parameters = {};
      try {
        parameters = await readParameters(request.url, request.body as Body | undefined);
        asJson = /^(1|true)$/i.test(parameters["json"] ?? "");
        if (Object.values(parameters).some((value) => value?.includes("\0"))) {
          throw new ProtocolError("ERROR_INVALID_TASK", "The request holds a U+0000: send text.");
        }
        const call = callWith(keys, request, parameters["key"] ?? "");
        text = renderAnswer(await handle(parameters, call), asJson);
      } catch (error) {
        const { word, message } = refusalOf(error, script, logger);
        text = renderRefusal(word, inTheirNames(message, parameters), asJson);
      }
      return reply
        .headers(ANY_ORIGIN)
        .type(asJson ? "application/json; charset=utf-8" : "text/plain; charset=utf-8")
        .send(text);
    },
  });
}

/** A key of a form that no key here has is a mistake of its own in this dialect. */
const KEY_FORM = /^[A-Za-z0-9._-]{8,200}$/;

function callWith(keys: KeyRing, http: FastifyRequest, clientKey: string): Call {
  if (!KEY_FORM.test(splitClientKey(clientKey).key)) {
    throw new DialectError(
      "ERROR_WRONG_USER_KEY",
      "key: expected an API key, as made with `glyphdesk key create`.",
    );
  }
  return async (method, fields) =>
    JSON.parse(await callMethod(keys, method, http, { clientKey, ...fields })) as JsonObject;
}

async function submit(parameters: Parameters, call: Call, { createTask }: DialectMethods): Promise<Answer> {
  const { pingback } = parameters;
  const { taskId } = await call(createTask, {
    task: taskOf(parameters),
    ...(pingback !== undefined && { callbackUrl: pingback.replace(/#.*/s, "") + PINGBACK }),
  });
  return { request: String(taskId) };
}

function respond(parameters: Parameters, call: Call, methods: DialectMethods): Promise<Answer> {
  const { action, id = "", ids } = parameters;
  switch (action?.toLowerCase()) {
    case "get":
      return ids === undefined ? result(id, call, methods) : results(ids, call, methods);
    case "get2":
      return result(id, call, methods, { withPrice: true });
    case "getbalance":
      return call(methods.getBalance, {}).then(({ balance }) => ({ request: String(balance), bare: true }));
    case "reportbad":
      return reported(methods.reportIncorrect, id, call);
    case "reportgood":
      return reported(methods.reportCorrect, id, call);
    // Callbacks may go to any public address here, so there is nothing to register.
    case "add_pingback":
      return call(methods.getBalance, {}).then(() => ({ request: "OK_PINGBACK", bare: true }));
    case undefined:
      throw new DialectError("ERROR_EMPTY_ACTION", `action: it is missing. Send one of ${ACTIONS}.`);
    default:
      throw new DialectError(
        "ERROR_BAD_PARAMETERS",
        `action: expected one of ${ACTIONS}, got "${action?.slice(0, 40)}".`,
      );
  }
}

async function reported(method: Method, id: string, call: Call): Promise<Answer> {
  await call(method, { taskId: checkId(id) });
  return { request: "OK_REPORT_RECORDED", bare: true };
}

function checkId(id: string): string {
  if (/^\d{1,20}$/.test(id)) return id;
  throw new DialectError("ERROR_WRONG_ID_FORMAT", "id: expected the digits that in.php answered.");
}

async function result(
  id: string,
  call: Call,
  { getTaskResult }: DialectMethods,
  { withPrice = false } = {},
): Promise<Answer> {
  const answer = await call(getTaskResult, { taskId: checkId(id) });
  if (answer["status"] !== "ready")
    throw new DialectError(NOT_READY, "The task is still worked on. Ask again.");
  const { request, more } = solutionOf(answer["solution"] as JsonObject);
  return { request, ...(more && { more }), ...(withPrice && { price: Number(answer["cost"]).toFixed(6) }) };
}

/** The answers, words of refusal among them, in the order of the ids and without `OK|`. */
async function results(ids: string, call: Call, methods: DialectMethods): Promise<Answer> {
  const wanted = ids.split(",").map((id) => id.trim());
  if (wanted.length > MAX_IDS) {
    throw new DialectError("ERROR_BAD_PARAMETERS", `ids: expected at most ${MAX_IDS}, got ${wanted.length}.`);
  }
  const answers = await Promise.all(
    wanted.map(async (id) => {
      try {
        return renderAnswer({ ...(await result(id, call, methods)), bare: true }, false);
      } catch (error) {
        if (error instanceof ProtocolError && error.code !== "ERROR_KEY_DOES_NOT_EXIST") {
          return inDialect(error, "res.php").word;
        }
        if (error instanceof DialectError) return error.word;
        throw error;
      }
    }),
  );
  return { request: answers.join("|"), bare: true };
}
