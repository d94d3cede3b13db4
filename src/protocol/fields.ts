import type { Static, TObject, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { ProtocolError, type ErrorCode } from "./errors.ts";
import { nameOfKind, type JsonObject } from "./json.ts";

/** Reads an object as clients really send it: property names in any casing, nulls, numbers as strings, unknown fields. */
export type FieldReader<Schema extends TObject> = (raw: JsonObject, what: string) => Static<Schema>;

/**
 * Makes a reader for one message or task type. Unknown fields and nulls are dropped, names are matched without regard
 * to case, numbers, digit strings and booleans are converted where the schema wants another of them, defaults filled in.
 * Every property of the schema must carry a `description` that says what is expected.
 * The reader throws ProtocolError with `code`, naming every faulty field at once.
 */
export function fieldReader<Schema extends TObject>(
  schema: Schema,
  code: ErrorCode = "ERROR_INVALID_TASK",
): FieldReader<Schema> {
  const properties: Readonly<Record<string, TSchema>> = schema.properties;
  const canonical = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const validator = Compile(schema);

  return (raw, what) => {
    const fields = Value.Default(schema, Value.Convert(schema, rename(raw, canonical)));
    if (validator.Check(fields)) return fields;
    const faulty = new Set<string>();
    for (const error of validator.Errors(fields)) {
      const [, top] = error.instancePath.split("/");
      if (top) faulty.add(top);
      else if (error.keyword === "required")
        error.params.requiredProperties.forEach((name) => faulty.add(name));
    }
    const given = rename(raw, canonical);
    const faults = [...faulty].map((name) => {
      const expected = String(Reflect.get(properties[name] ?? {}, "description"));
      return `${name}: expected ${expected}, got ${preview(given[name])}`;
    });
    throw new ProtocolError(code, `${what} has faulty fields. ${faults.join("; ")}.`);
  };
}

/** A copy with canonical names. Of two spellings of one name the last wins, as with repeated JSON properties. */
function rename(raw: JsonObject, canonical: ReadonlyMap<string, string>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const known = canonical.get(name.toLowerCase());
    if (known !== undefined && value !== null) fields[known] = value;
  }
  return fields;
}

/** One value for an error sentence: short, never a whole picture. */
function preview(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string")
    return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : nameOfKind(value);
}
