import { ProtocolError } from "./errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a request body as a JSON object, whatever its declared content type.
 * Invalid JSON is `ERROR_TASK_ABSENT`: the documentation says so for createTask, and no other code fits elsewhere.
 * A repeated property keeps its last value; `__proto__` is an ordinary property.
 * @throws ProtocolError
 */
export function parseRequest(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) throw refuse("the body is empty");
  let value: unknown;
  try {
    value = parseJson(utf8.decode(bytes));
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw refuse(error instanceof SyntaxError ? `the body is not valid JSON` : "the body is not valid UTF-8");
  }
  if (!isObject(value)) throw refuse(`the body is ${nameOfKind(value)}`);
  return value;
}

/**
 * A JSON text's value.
 * @throws SyntaxError, or ProtocolError for strings that are no text
 */
function parseJson(text: string): unknown {
  return text.includes("\\u") && SUSPICIOUS.test(text) ? JSON.parse(text, refuseNoText) : JSON.parse(text);
}

/**
 * The object that a string holds as JSON; null when it holds anything else.
 * @throws ProtocolError for strings that are no text
 */
export function objectWithin(text: string): JsonObject | null {
  // Most strings are none, and an attempt costs an exception.
  if (!/^\s*\{/.test(text)) return null;
  try {
    const value = parseJson(text);
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Escapes that may stand for what is no text: NUL and lone surrogates. They cannot be stored. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/**
 * For JSON.parse and JSON.stringify, which call it with each value.
 * @throws ProtocolError for a string that is no text
 */
export function refuseNoText(_name: string, value: unknown): unknown {
  if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      "The request holds a string with U+0000 or half a surrogate pair: send text in valid Unicode.",
    );
  }
  return value;
}

function refuse(fault: string): ProtocolError {
  return new ProtocolError(
    "ERROR_TASK_ABSENT",
    `Expected a JSON object in UTF-8, for example {"clientKey":"…","task":{…}}, but ${fault}.`,
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field whatever the casing of its name; of several spellings the last, nulls left out. */
export function fieldOf(object: JsonObject, wanted: string): unknown {
  const direct = object[wanted];
  if (direct !== undefined && direct !== null) return direct;
  const lower = wanted.toLowerCase();
  return Object.entries(object).findLast(
    ([name, value]) => value !== null && name.toLowerCase() === lower,
  )?.[1];
}

/** "a string", "an array", …: for sentences. */
export function nameOfKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
