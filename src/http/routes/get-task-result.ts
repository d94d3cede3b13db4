import { ProtocolError } from "../../protocol/errors.ts";
import { nameOfKind } from "../../protocol/json.ts";
import type { Reader } from "../../tasks/read.ts";
import { renderResult } from "../answers.ts";
import type { Method } from "../method.ts";
import { PollMeter } from "../poll-meter.ts";

const MAX_TASK_ID = 2 ** 31 - 1;

export interface GetTaskResultOptions {
  readonly reader: Reader;
  readonly pollLimit: number;
}

/** getTaskResult: never waits; another account's task is answered like a missing one. */
export function getTaskResult({ reader, pollLimit }: GetTaskResultOptions): Method {
  const meter = new PollMeter();
  return {
    path: "/getTaskResult",
    handle({ caller, fields }) {
      const id = readTaskId(fields["taskid"]);
      return reader.task(id, caller.accountId).then((task) => {
        if (task === null) throw missing(id);
        if (meter.count(id) > pollLimit) {
          throw new ProtocolError(
            "ERROR_TOO_MUCH_REQUESTS",
            `The result of task ${id} was asked for more than ${pollLimit} times. Ask less often, for example every second.`,
          );
        }
        return renderResult(task);
      });
    },
  };
}

/**
 * A number, or the same digits as a string.
 * @throws ProtocolError
 */
export function readTaskId(value: unknown): number {
  const id = typeof value === "string" && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof id !== "number" || !Number.isInteger(id)) {
    throw new ProtocolError(
      "ERROR_NO_SUCH_CAPCHA_ID",
      `The field taskId must be the number that createTask answered, got ${value === undefined ? "nothing" : nameOfKind(value)}.`,
    );
  }
  if (id < 1 || id > MAX_TASK_ID) throw missing(id);
  return id;
}

function missing(id: number): ProtocolError {
  return new ProtocolError(
    "ERROR_NO_SUCH_CAPCHA_ID",
    `There is no task ${id} for this key, or its result is no longer kept.`,
  );
}
