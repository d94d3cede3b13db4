import type { JsonObject } from "../../protocol/json.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskView } from "../../tasks/read.ts";
import { renderResult } from "../answers.ts";
import { refusalOf } from "./errors.ts";

/** What a successful call answers. */
export interface Answer {
  /** A text, or an object for solutions that consist of several values. */
  readonly request: string | JsonObject;
  /** As text after `OK|`, and beside `request` in JSON. */
  readonly price?: string;
  /** Further properties in JSON. */
  readonly more?: JsonObject;
  /** Text without `OK|` before it, as for balances and reports. */
  readonly bare?: boolean;
}

/** An answer as text: `OK|…`, or JSON where the caller asked for it. */
export function renderAnswer({ request, price, more, bare = false }: Answer, asJson: boolean): string {
  if (asJson) return JSON.stringify({ status: 1, request, ...(price !== undefined && { price }), ...more });
  const text = typeof request === "string" ? request : JSON.stringify(request);
  return `${bare ? "" : "OK|"}${text}${price === undefined ? "" : `|${price}`}`;
}

/** A refusal: the word alone, in JSON with a sentence that says why. */
export function renderRefusal(word: string, message: string, asJson: boolean): string {
  return asJson ? JSON.stringify({ status: 0, request: word, error_text: message }) : word;
}

/** A solution in the dialect's shape: one text where it has one, else the object. */
export function solutionOf(solution: JsonObject): Pick<Answer, "request" | "more"> {
  const { text, gRecaptchaResponse, token, data, answer, userAgent: useragent, respKey, ...rest } = solution;
  const nested = (data ?? {}) as JsonObject;
  const single = text ?? gRecaptchaResponse ?? token ?? nested["token"];
  if (typeof single === "string") return { request: single, more: { useragent, respKey } };
  if (Array.isArray(answer)) return { request: clicksOf(answer) };
  return { request: { ...rest, ...geetest3(rest) } };
}

/** The cells that fit, counted from 1. */
function clicksOf(cells: readonly unknown[]): string {
  return `click:${cells.flatMap((fits, at) => (fits === true ? [at + 1] : [])).join("/")}`;
}

/** Clients read GeeTest 3 under either name. */
function geetest3({ challenge, validate, seccode }: JsonObject): JsonObject {
  if (validate === undefined) return {};
  return { geetest_challenge: challenge, geetest_validate: validate, geetest_seccode: seccode };
}

/** The form that 2Captcha posts to a pingback address: the id, and as code the answer or a word of refusal. */
export function renderPingback(task: TaskView, logger: Logger): string {
  return new URLSearchParams({ id: String(task.id), code: codeOf(task, logger) }).toString();
}

function codeOf(task: TaskView, logger: Logger): string {
  try {
    const { solution } = JSON.parse(renderResult(task)) as { solution: JsonObject };
    return renderAnswer({ ...solutionOf(solution), bare: true }, false);
  } catch (error) {
    return refusalOf(error, "res.php", logger).word;
  }
}
