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
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw refuse(error instanceof SyntaxError ? `the body is not valid JSON` : "the body is not valid UTF-8");
  }
  if (!isObject(value)) throw refuse(`the body is ${nameOfKind(value)}`);
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

/** "a string", "an array", …: for sentences. */
export function nameOfKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
