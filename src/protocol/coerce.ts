import type { TObject, TSchema } from "typebox";
import { isObject, objectWithin, type JsonObject } from "./json.ts";

/** Turns a value into what the schema wants where clients mix kinds up; else leaves it for the validator to refuse. */
type Coerce = (value: unknown) => unknown;

interface Slot {
  readonly name: string;
  readonly coerce: Coerce;
  /** Values that stand for "not given", as they are sent. */
  readonly absent: readonly unknown[];
  /** The same, as they are meant. */
  readonly ignored: readonly unknown[];
}

/**
 * Keywords of ours beside those of JSON Schema:
 * - `ignored`: values that clients always send and that mean nothing, such as `0` for a port, however they are written.
 * - `bareString`: the property of an object that a string in its place stands for, unless it holds the object as JSON.
 * An empty string counts as absent unless the schema says `minLength: 0`.
 */
interface Keywords {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly items?: TSchema;
  readonly ignored?: readonly unknown[];
  readonly bareString?: string;
}

/** The properties of an object schema; none for others. */
export function fieldsOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return (schema as Partial<TObject>).properties ?? {};
}

/** Compiled once for each schema: reading a request only follows the closures, and copies no string. */
export function coercionOf(schema: TSchema): Coerce {
  const { type, enum: members, items, bareString } = schema as Keywords;
  if (members !== undefined) return memberOf(members);
  switch (type) {
    case "boolean":
      return toBoolean;
    case "integer":
    case "number":
      return toNumber;
    case "string":
      return (value) => (typeof value === "number" ? String(value) : value);
    case "array":
      return items === undefined ? (value) => value : arrayOf(coercionOf(items));
    case "object":
      return objectOf(schema, bareString);
    default:
      return (value) => value;
  }
}

function objectOf(schema: TSchema, bareString: string | undefined): Coerce {
  const slots = new Map<string, Slot>();
  for (const [name, property] of Object.entries(fieldsOf(schema))) {
    const { ignored = [], minLength } = property as Keywords;
    const slot: Slot = {
      name,
      coerce: coercionOf(property),
      absent: [null, undefined, ...(minLength === 0 ? [] : [""])],
      ignored,
    };
    // Under the canonical spelling too, so that most names need no conversion to lower case.
    slots.set(name, slot).set(name.toLowerCase(), slot);
  }
  const read = (raw: JsonObject) => {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(raw)) {
      const slot = slots.get(name) ?? slots.get(name.toLowerCase());
      if (slot === undefined) continue;
      if (slot.absent.includes(raw[name])) continue;
      const value = slot.coerce(raw[name]);
      if (!slot.ignored.includes(value)) fields[slot.name] = value;
    }
    return fields;
  };
  return (value) => {
    if (isObject(value)) return read(value);
    if (bareString === undefined || typeof value !== "string") return value;
    return read(objectWithin(value) ?? { [bareString]: value });
  };
}

/** One value in place of a list of one. */
function arrayOf(coerce: Coerce): Coerce {
  return (value) => {
    if (Array.isArray(value)) return value.map(coerce);
    return typeof value === "string" ? [coerce(value)] : value;
  };
}

function memberOf(members: readonly string[]): Coerce {
  const canonical = new Map(members.map((member) => [member.toLowerCase(), member]));
  return (value) =>
    typeof value === "string" || typeof value === "number"
      ? (canonical.get(String(value).trim().toLowerCase()) ?? value)
      : value;
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [1, true],
  ["1", true],
  ["true", true],
  [0, false],
  ["0", false],
  ["false", false],
]);

function toBoolean(value: unknown): unknown {
  if (typeof value === "boolean") return value;
  return BOOLEANS.get(typeof value === "string" ? value.trim().toLowerCase() : value) ?? value;
}

const NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?$/;

function toNumber(value: unknown): unknown {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : value;
}
