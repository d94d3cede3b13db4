import { ProtocolError } from "../errors.ts";
import { preview } from "../fields.ts";
import { fieldOf, isObject, nameOfKind, type JsonObject } from "../json.ts";
import { CUSTOM_TYPES } from "./custom.ts";
import { IMAGE_TYPES } from "./images.ts";
import { taskType, type TaskType } from "./task-type.ts";
import { TOKEN_TYPES } from "./tokens.ts";
import { WIDGET_TYPES } from "./widgets.ts";

/** Every task type of the protocol, whoever answers it. Validation, OpenAPI and docs/task-types.md are made from it. */
export const TASK_TYPES: readonly TaskType[] = [
  ...IMAGE_TYPES,
  ...WIDGET_TYPES,
  ...TOKEN_TYPES,
  ...CUSTOM_TYPES,
].map(taskType);

/** The types that share one name on the wire, and the field that tells them apart. */
interface Family {
  /** The type when the selecting field is absent. */
  readonly plain: TaskType | null;
  readonly field: string | null;
  /** By the selecting field's value in lower case. */
  readonly variants: ReadonlyMap<string, TaskType>;
}

const BY_NAME: ReadonlyMap<string, Family> = new Map(
  [...Map.groupBy(TASK_TYPES, ({ name }) => name).values()].flatMap((types) => {
    const family = familyOf(types);
    const aliases = types
      .filter(({ variant }) => variant === undefined)
      .flatMap((type) => type.aliases ?? []);
    return [types[0]?.name ?? "", ...aliases].map((name) => [name.toLowerCase(), family] as const);
  }),
);

/** Names that stand for one variant: `DatadomeSliderTask` is CustomTask with class DataDome. */
const BY_VARIANT_NAME: ReadonlyMap<string, TaskType> = new Map(
  TASK_TYPES.filter(({ variant }) => variant?.field === "class").flatMap((type) =>
    (type.aliases ?? []).map((alias) => [alias.toLowerCase(), type] as const),
  ),
);

function familyOf(types: readonly TaskType[]): Family {
  return {
    plain: types.find(({ variant }) => variant === undefined) ?? null,
    field: types.find(({ variant }) => variant !== undefined)?.variant?.field ?? null,
    variants: new Map(types.map((type) => [type.variant?.value.toLowerCase() ?? "", type])),
  };
}

/**
 * The task type that a createTask request asks for.
 * @throws ProtocolError when the task is absent or of a type that is not answered
 */
export function taskTypeOf(task: unknown): { readonly type: TaskType; readonly task: JsonObject } {
  const found = findType(task);
  const { route, title } = found.type;
  if (route.kind !== "not offered") return found;
  throw new ProtocolError(
    "ERROR_TASK_NOT_SUPPORTED",
    `The task type "${title}" is not supported: ${route.reason}. See /docs for what is.`,
  );
}

/**
 * The row of the catalogue that a task belongs to, answered or not.
 * @throws ProtocolError when the task is absent or of no known type
 */
export function findType(task: unknown): { readonly type: TaskType; readonly task: JsonObject } {
  if (!isObject(task)) {
    const got = task === undefined || task === null ? "it is missing" : `it is ${nameOfKind(task)}`;
    throw new ProtocolError(
      "ERROR_TASK_ABSENT",
      `The field task must be an object such as {"type":"ImageToTextTask","body":"…"}, but ${got}.`,
    );
  }
  const name = fieldOf(task, "type");
  if (typeof name !== "string" || name.trim() === "") {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      `The field task.type must be the name of a task type, such as ImageToTextTask, got ${preview(name)}.`,
    );
  }
  const key = name.trim().toLowerCase();
  const alias = BY_VARIANT_NAME.get(key);
  if (alias !== undefined) return { type: alias, task };
  const family = BY_NAME.get(key);
  if (family !== undefined) return { type: pick(family, name, task), task };
  throw new ProtocolError(
    "ERROR_TASK_NOT_SUPPORTED",
    `The task type "${name.slice(0, 60)}" is not supported: no such type is known. See /docs for those that are.`,
  );
}

function pick({ plain, field, variants }: Family, name: string, task: JsonObject): TaskType {
  if (field === null && plain !== null) return plain;
  const value = fieldOf(task, field ?? "");
  const absent = value === undefined || value === "";
  if (absent && plain !== null) return plain;
  const found = typeof value === "string" ? variants.get(value.trim().toLowerCase()) : undefined;
  if (!absent && found !== undefined) return found;
  const known = [...variants.values()].flatMap(({ variant }) => variant?.value ?? []).join(", ");
  throw new ProtocolError(
    typeof value === "string" && !absent ? "ERROR_TASK_NOT_SUPPORTED" : "ERROR_INVALID_TASK",
    `The field ${field} of ${name} must be one of ${known}, got ${preview(value)}.`,
  );
}
