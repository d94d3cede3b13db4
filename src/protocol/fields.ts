import type { TObject, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { coercionOf, fieldsOf } from "./coerce.ts";
import { ProtocolError, type ErrorCode } from "./errors.ts";
import { isObject, nameOfKind, type JsonObject } from "./json.ts";

/** One faulty field: what it is called, and a sentence that says what was expected, what came, what to do. */
export interface Fault {
  /** The path of the field: `websiteURL`, `metadata.Grid`. */
  readonly field: string;
  readonly sentence: string;
  /** The specific older code, where the protocol has one for this fault. */
  readonly code?: ErrorCode;
}

/** What a reader made of an object: the known fields under their canonical names, and what is wrong with them. */
export interface Reading {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
}

/** Reads an object as clients really send it: property names in any casing, nulls, numbers as strings, unknown fields. */
export type FieldReader = (raw: JsonObject) => Reading;

const NO_FAULTS: readonly Fault[] = [];

/**
 * Makes a reader for one message or task type. Unknown fields, nulls and empty strings are dropped, names are matched
 * without regard to case, numbers, digit strings and booleans are converted where the schema wants another of them.
 * Defaults are documented, not filled in: what the caller did not say stays unsaid.
 * Every property of the schema must carry a `description` that says what is expected.
 */
export function fieldReader(schema: TObject): FieldReader {
  const coerce = coercionOf(schema);
  const validator = Compile(schema);
  return (raw) => {
    const fields = coerce(raw) as Record<string, unknown>;
    if (validator.Check(fields)) return { fields, faults: NO_FAULTS };
    const bounds = new Map<string, string>();
    for (const error of validator.Errors(fields)) {
      const path = error.instancePath.split("/").slice(1);
      if (error.keyword !== "required")
        bounds.set(
          path.join("."),
          error.keyword === "maxLength" ? `at most ${error.params.limit} characters` : "",
        );
      else
        for (const name of error.params.requiredProperties)
          for (const missing of leaves(schema, [...path, name])) bounds.set(missing, "");
    }
    return { fields, faults: [...bounds].map(([path, bound]) => faultAt(schema, raw, path, bound)) };
  };
}

/**
 * The refusal that names every faulty field at once. Faults that share one specific code are refused with it.
 * @param what the message or task, as the start of the sentence
 */
export function refusalOf(what: string, faults: readonly Fault[]): ProtocolError {
  const codes = new Set(faults.map(({ code }) => code ?? "ERROR_INVALID_TASK"));
  const [code = "ERROR_INVALID_TASK"] = codes;
  const sentences = faults.map(({ field, sentence }) => `${field}: ${sentence}`).join("; ");
  return new ProtocolError(
    codes.size === 1 ? code : "ERROR_INVALID_TASK",
    `${what} has faulty fields. ${sentences}.`,
  );
}

/** Where an object is missing, its required fields are what the caller must send: they are named instead. */
function leaves(schema: TObject, path: readonly string[]): string[] {
  const found = schemaAt(schema, path);
  const required = isObject(found) && Array.isArray(found["required"]) ? (found["required"] as string[]) : [];
  if (required.length === 0) return [path.join(".")];
  return required.flatMap((name) => leaves(schema, [...path, name]));
}

/** @param bound what the value exceeds, empty when it is wrong otherwise */
function faultAt(schema: TObject, raw: JsonObject, path: string, bound: string): Fault {
  const steps = path.split(".");
  const described = steps.map((_, at) => schemaAt(schema, steps.slice(0, at + 1))).findLast((found) => found);
  const description = String(Reflect.get(described ?? {}, "description"));
  const expected = description.includes(bound) ? description : `${description}, ${bound}`;
  return { field: path, sentence: `expected ${expected}, got ${preview(valueAt(raw, steps))}` };
}

/** The schema of a field; of an array's element, nothing: it is described by its array. */
function schemaAt(schema: TObject, path: readonly string[]): TSchema | undefined {
  let found: TSchema | undefined = schema;
  for (const step of path) found = found === undefined ? undefined : fieldsOf(found)[step];
  return found;
}

/** What the caller sent under this path, whatever the casing. */
function valueAt(raw: unknown, path: readonly string[]): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    const wanted = step.toLowerCase();
    value = Object.entries(value).findLast(([name]) => name.toLowerCase() === wanted)?.[1];
  }
  return value;
}

/** One value for an error sentence: short, never a whole picture. */
export function preview(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") {
    if (value === "") return "an empty string";
    return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : nameOfKind(value);
}
