import { Type } from "typebox";
import { ANY_TASK } from "../protocol/catalogue/shared.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { fieldReader, refusalOf } from "../protocol/fields.ts";
import { fieldOf, type JsonObject } from "../protocol/json.ts";

/** A request waits at most so many seconds: clients give a request up after 15 to 30 s. */
const MAX_WAIT_S = 15;

const wait = Type.Optional(
  Type.Number({
    minimum: 0,
    description: `seconds to wait for the result, from 0 to ${MAX_WAIT_S}; the answer comes the moment the task ends`,
  }),
);

/** What createTask takes beside the task, beyond the protocol. */
export const CREATE_EXTRAS = { ...ANY_TASK, wait };
/** What getTaskResult takes beyond the protocol. */
export const RESULT_EXTRAS = { wait };

/** The extras of a request. Absent and zero ones are left out. */
export interface Extras {
  readonly deadlineMs?: number;
  readonly confidence?: boolean;
  readonly waitMs: number;
}

const NONE: Extras = { waitMs: 0 };
const read = fieldReader(Type.Object(CREATE_EXTRAS));

/**
 * Reads the extras among a request's top-level fields.
 * @throws ProtocolError naming every faulty one
 */
export function readExtras({ wait, deadlinems, confidence }: JsonObject): Extras {
  if (wait === undefined && deadlinems === undefined && confidence === undefined) return NONE;
  const { fields, faults } = read({ wait, deadlinems, confidence });
  if (faults.length > 0) throw refusalOf("The request", faults);
  const { wait: seconds = 0, ...rest } = fields as { wait?: number } & Omit<Extras, "waitMs">;
  return { ...rest, waitMs: Math.min(seconds, MAX_WAIT_S) * 1000 };
}

/**
 * How long a request waits that says nothing of it. CapSolver's clients, which name themselves by `appId`, take a
 * picture's text from the answer to createTask and never ask again.
 */
export function usualWaitMs({ appid }: JsonObject, { route }: TaskType): number {
  return appid !== undefined && route.kind === "machine" ? MAX_WAIT_S * 1000 : 0;
}

/** What createTask's answer says beside the taskId of a task without a result: those clients ask for it only then. */
export function usualStatus({ appid }: JsonObject): string {
  return appid === undefined ? "" : ',"status":"processing"';
}

/** Whether those are meant who read Cyrillic: `rn` at Anti-Captcha, within the task or beside it; `ru` in others' clients. */
export function asksForCyrillic({ languagepool }: JsonObject, task: JsonObject): boolean {
  const pool = fieldOf(task, "languagePool") ?? languagepool;
  return typeof pool === "string" && /^r[nu]$/i.test(pool);
}

/** RFC 9110 calls such a value a token or quoted string; any printable characters will do here. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * The Idempotency-Key header of a request; null when there is none.
 * @throws ProtocolError when it cannot be one
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === "string" && KEY.test(header)) return header;
  throw new ProtocolError(
    "ERROR_INVALID_TASK",
    "The header Idempotency-Key: expected one value of 1 to 255 printable ASCII characters, new for each task and the same for each retry.",
  );
}
