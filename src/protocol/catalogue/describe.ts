import type { TSchema } from "typebox";
import { formatDollars } from "../../base/money.ts";
import { fieldsOf } from "../coerce.ts";
import { TEST_KEYS, type TestKey } from "../test-keys.ts";
import type { TaskType } from "./task-type.ts";

/** The catalogue in words, for every document that is made from it. */

/** One field of a request or a solution; those of nested objects have a path such as `metadata.Grid`. */
export interface FieldLine {
  readonly path: string;
  readonly kind: string;
  readonly required: boolean;
  /** Empty when there is none. */
  readonly fallback: string;
  readonly description: string;
}

interface Keywords {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly items?: TSchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
}

/** The fields of an object schema in order, nested ones after their parent. */
export function fieldLines(schema: TSchema, prefix = ""): FieldLine[] {
  const required = new Set((schema as Keywords).required);
  const lines: FieldLine[] = [];
  for (const [name, property] of Object.entries(fieldsOf(schema))) {
    const { default: fallback, description = "" } = property as Keywords;
    const path = prefix + name;
    lines.push({
      path,
      kind: kindOf(property),
      required: required.has(name),
      fallback: fallback === undefined ? "" : JSON.stringify(fallback),
      description,
    });
    lines.push(...fieldLines(property, `${path}.`));
  }
  return lines;
}

function kindOf(schema: TSchema): string {
  const { type, enum: members, items } = schema as Keywords;
  if (members !== undefined) return "string";
  if (type === "array" && items !== undefined) return `list of ${kindOf(items)}`;
  return [type ?? "any"].flat().join(" or ");
}

/** Who answers, in a few words. */
export function routeText({ route, only, testKeys }: TaskType): string {
  const texts = {
    machine: "the recogniser",
    people: "people, for authorised sites",
    computed: "computed, for authorised sites",
    "not offered": "not offered",
  };
  const text = only === undefined ? texts[route.kind] : `${texts[route.kind]}; ${only} only`;
  return testKeys === undefined ? text : `${text}; public test keys at once`;
}

/** Price and deadline as the operator sees them; empty for what is not offered. */
export function termsOf({ route, price, deadline }: TaskType): string {
  return route.kind === "not offered" ? "" : `${formatDollars(price)} dollars, ${deadline / 1000} s`;
}

export function testKeysOf({ testKeys }: TaskType): readonly TestKey[] {
  return TEST_KEYS.filter(({ vendor }) => vendor === testKeys);
}

/** A whole task object for createTask: the selecting field and the example's values. */
export function exampleTask(type: TaskType, size: "minimal" | "full"): Readonly<Record<string, unknown>> {
  const { name, variant, example } = type;
  return {
    type: name,
    ...(variant === undefined ? {} : { [variant.field]: variant.value }),
    ...example[size],
  };
}
