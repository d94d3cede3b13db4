import { loggedReason, type Logger } from "../../base/logger.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import type { Reader, TaskView } from "../../tasks/read.ts";
import type { Waiters } from "../../tasks/waiters.ts";
import { PROCESSING, renderResult } from "../answers.ts";
import { readExtras } from "../extras.ts";
import { throughGap } from "../gap.ts";
import type { Method } from "../method.ts";
import { PollMeter } from "../poll-meter.ts";
import { missingTask, readTaskId } from "../task-id.ts";
import { taskWithin } from "../wait.ts";

/** What a caller over the limit is told to leave between two polls. */
const RETRY_AFTER_S = 2;

/**
 * How long a poll is held that finds a solver of this process at the task: most are done within a few milliseconds, and
 * an answer in time saves the caller its pause and both sides another poll.
 */
const MOMENT_MS = 50;

export interface GetTaskResultOptions {
  readonly reader: Reader;
  readonly waiters: Waiters;
  readonly pollLimit: number;
  readonly logger: Logger;
}

/**
 * getTaskResult: waits when asked to, or for a moment; another account's task is answered like a missing one. While the
 * database is away the answer is `processing`: after any error clients give up a task that may still be solved and charged.
 */
export function getTaskResult({ reader, waiters, pollLimit, logger }: GetTaskResultOptions): Method {
  const meter = new PollMeter();
  const note = (error: unknown) =>
    logger.warn({ err: error, reason: loggedReason(error) }, "a poll found no database");
  return {
    path: "/getTaskResult",
    whileAway(error) {
      note(error);
      return PROCESSING;
    },
    handle({ caller: { accountId }, fields, http }) {
      const id = readTaskId(fields["taskid"]);
      const waitMs = readExtras(fields).waitMs || (reader.isUnderWay(id, accountId) ? MOMENT_MS : 0);
      const answer = (task: TaskView | null | undefined) => {
        if (task === undefined) return PROCESSING;
        if (task === null) throw missingTask(id);
        if (meter.count(id) > pollLimit) throw tooManyPolls(id, pollLimit);
        return renderResult(task);
      };
      const again = (error: unknown) => {
        note(error);
        return throughGap(() => reader.task(id, accountId)).then(answer);
      };
      if (waitMs === 0) return reader.task(id, accountId).then(answer, again);
      return taskWithin({ reader, waiters }, { id, accountId, waitMs, http }).then(answer, again);
    },
  };
}

function tooManyPolls(id: number, limit: number): ProtocolError {
  return new ProtocolError(
    "ERROR_TOO_MUCH_REQUESTS",
    `The result of task ${id} was asked for more than ${limit} times. Ask less often, for example every second, or with wait.`,
    { retryAfter: RETRY_AFTER_S },
  );
}
