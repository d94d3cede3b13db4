import { Type, type TObject } from "typebox";
import type { Micros } from "../base/money.ts";
import { ProtocolError } from "./errors.ts";
import { fieldReader } from "./fields.ts";
import { isObject, nameOfKind, type JsonObject } from "./json.ts";

/** The queue of the automatic solvers. */
export const MACHINE_LANE = "machine";

/** A task type that this desk answers. */
export interface TaskType {
  /** Canonical name, as stored and shown. */
  readonly name: string;
  /** Price of one solved task unless the operator sets another. */
  readonly price: Micros;
  /** Milliseconds from creation after which an answer is worthless: the official clients stop asking. */
  readonly deadline: number;
  /** Queue that the task enters first. */
  readonly lane: string;
  /** Reads the task's fields; throws ProtocolError naming every faulty one. */
  read(task: JsonObject): Readonly<Record<string, unknown>>;
}

const ImageToTextFields = Type.Object({
  body: Type.String({ description: "the picture's bytes as a Base64 string" }),
  capMonsterModule: Type.Optional(
    Type.String({
      maxLength: 100,
      description: "the name of a recognition module (a string of at most 100 characters)",
    }),
  ),
  recognizingThreshold: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: "a whole number from 0 to 100" }),
  ),
  case: Type.Optional(
    Type.Boolean({ description: "true when upper and lower case must be told apart, else false" }),
  ),
  numeric: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1, description: "1 when the answer is digits only, else 0" }),
  ),
  math: Type.Optional(
    Type.Boolean({ description: "true when the picture holds a sum to work out, else false" }),
  ),
});

const ANSWERED: readonly TaskType[] = [
  type({
    name: "ImageToTextTask",
    price: 30,
    deadline: 60_000,
    lane: MACHINE_LANE,
    fields: ImageToTextFields,
  }),
];

function type({ fields, ...row }: Omit<TaskType, "read"> & { fields: TObject }): TaskType {
  const read = fieldReader(fields);
  return { ...row, read: (task) => read(task, `The ${row.name}`) };
}

/** Why a known family is refused. The names are compared in lower case, without the suffix `Proxyless`. */
const NOT_OFFERED: ReadonlyMap<string, string> = new Map([
  ...named(
    "it is answered by people for authorised sites, which this version does not offer yet",
    "NoCaptchaTask RecaptchaV2Task RecaptchaV2EnterpriseTask RecaptchaV3Task RecaptchaV3EnterpriseTask HCaptchaTask",
    "TurnstileTask GeeTestTask MTCaptchaTask ProsopoTask ComplexImageTask CustomTask FunCaptchaTask",
  ),
  ...named(
    "clearance cookies and behavioural challenges of bot-management systems are not offered here, on purpose",
    "AmazonTask BinanceTask YidunTask YandexSmartCaptchaTask DatadomeSliderTask",
  ),
]);

function named(reason: string, ...names: string[]): [string, string][] {
  return names
    .join(" ")
    .split(" ")
    .map((name) => [name.toLowerCase(), reason]);
}

const BY_NAME: ReadonlyMap<string, TaskType> = new Map(ANSWERED.map((row) => [row.name.toLowerCase(), row]));

export const TASK_TYPES: readonly TaskType[] = ANSWERED;

/**
 * The task type that a createTask request asks for.
 * @throws ProtocolError when the task is absent or of a type that is not answered
 */
export function taskTypeOf(task: unknown): { readonly type: TaskType; readonly task: JsonObject } {
  if (task === undefined || task === null) {
    throw new ProtocolError(
      "ERROR_TASK_ABSENT",
      'The field task is missing: send "task":{"type":"ImageToTextTask","body":"…"}.',
    );
  }
  if (!isObject(task)) {
    throw new ProtocolError(
      "ERROR_TASK_ABSENT",
      `The field task must be an object, got ${nameOfKind(task)}.`,
    );
  }
  const [, name] = Object.entries(task).findLast(([key]) => key.toLowerCase() === "type") ?? [];
  if (typeof name !== "string" || name.trim() === "") {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      `The field task.type is missing or not a string: send the name of a task type, such as ${names()}.`,
    );
  }
  const key = name.trim().toLowerCase();
  const found = BY_NAME.get(key);
  if (found) return { type: found, task };
  const reason = NOT_OFFERED.get(key.replace(/proxyless$/, "")) ?? "no such type is known";
  throw new ProtocolError(
    "ERROR_TASK_NOT_SUPPORTED",
    `The task type "${name.slice(0, 60)}" is not supported: ${reason}. Supported: ${names()}.`,
  );
}

function names(): string {
  return ANSWERED.map((row) => row.name).join(", ");
}
