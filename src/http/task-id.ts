import { ProtocolError } from "../protocol/errors.ts";
import { nameOfKind } from "../protocol/json.ts";

const MAX_TASK_ID = 2 ** 31 - 1;

/**
 * A taskId as clients send it: a number, or the same digits as a string.
 * @throws ProtocolError unless there can be such a task
 */
export function readTaskId(value: unknown): number {
  const id = readAnyId(value);
  if (!isPossible(id)) throw missingTask(id);
  return id;
}

/** Whether a task can have this id. */
export function isPossible(id: number): boolean {
  return id >= 1 && id <= MAX_TASK_ID;
}

/**
 * As readTaskId, also for a number that no task can have.
 * @throws ProtocolError
 */
export function readAnyId(value: unknown): number {
  const id = typeof value === "string" && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof id !== "number" || !Number.isInteger(id)) {
    throw new ProtocolError(
      "ERROR_NO_SUCH_CAPCHA_ID",
      `The field taskId must be the number that createTask answered, got ${value === undefined ? "nothing" : nameOfKind(value)}.`,
    );
  }
  return id;
}

/** The refusal for a task that is not there, or another account's. */
export function missingTask(id: number): ProtocolError {
  return new ProtocolError(
    "ERROR_NO_SUCH_CAPCHA_ID",
    `There is no task ${id} for this key, or its result is no longer kept.`,
  );
}
