import { loggedReason, type Logger } from "../base/logger.ts";
import { toDollars } from "../base/money.ts";
import { ProtocolError, isErrorCode } from "../protocol/errors.ts";
import type { TaskView } from "../tasks/read.ts";
import { isFinal } from "../tasks/states.ts";

/**
 * The body of a refusal. Anything but a ProtocolError is a fault of ours: it is logged, and the caller learns no more
 * than that the service is not available.
 * @param extra properties of this method's answers, such as `taskId: 0`
 */
export function renderError(error: unknown, logger: Logger, extra: object = {}): string {
  const refusal = error instanceof ProtocolError ? error : new ProtocolError("ERROR_SERVICE_NOT_AVAILABLE");
  if (refusal !== error) logger.error({ err: error, reason: loggedReason(error) }, "a request failed");
  return JSON.stringify({
    errorId: 1,
    errorCode: refusal.code,
    errorDescription: refusal.message,
    ...extra,
  });
}

/**
 * The body of the refusal of a path, or of a verb on a method's path. A query is not repeated: it may hold an API key.
 * @param extra as for renderError
 */
export function renderUnknown(
  { method, url }: { readonly method: string; readonly url: string },
  extra: object = {},
): string {
  const path = url.replace(/\?.*/s, "").slice(0, 100);
  const reading = method === "GET" ? " The documentation is at /docs." : "";
  return JSON.stringify({
    errorId: 1,
    errorCode: "ERROR_NO_SUCH_METHOD",
    errorDescription: `There is no ${method} ${path}. Methods are called with POST at the root path, for example POST /createTask.${reading}`,
    ...extra,
  });
}

const EXPIRED =
  "The token was ready and has expired since: it is delivered only while its vendor accepts it. Ask for the result every few seconds.";
/** The body of a getTaskResult answer for a task that has not ended. */
export const PROCESSING = JSON.stringify({ errorId: 0, status: "processing" });

/**
 * The body of a getTaskResult answer: `processing`, `ready` with a solution, or the error that the task ended with.
 * @throws ProtocolError for a task that ended without a solution, or whose solution is worthless by now
 */
export function renderResult(task: TaskView): string {
  if (task.solution !== null) {
    if (task.solutionExpired === true) throw new ProtocolError("ERROR_TOKEN_EXPIRED", EXPIRED);
    // The solution comes from jsonb as text, so it is valid JSON and need not be parsed to be sent.
    return `{"errorId":0,"status":"ready","solution":${task.solution},"cost":${toDollars(task.price)},"createTime":${task.createdAt},"endTime":${task.settledAt},"solveCount":1}`;
  }
  if (!isFinal(task.state)) return PROCESSING;
  if (task.state === "cancelled")
    throw new ProtocolError("ERROR_NO_SUCH_CAPCHA_ID", "The task was cancelled.");
  const code =
    task.errorCode !== null && isErrorCode(task.errorCode) ? task.errorCode : "ERROR_CAPTCHA_UNSOLVABLE";
  throw new ProtocolError(code, task.errorDescription ?? undefined);
}

/**
 * The body of a callback, or of a createTask that waited: what getTaskResult answers, and the taskId, which that answer
 * lacks.
 */
export function renderWithId(task: TaskView, logger: Logger): string {
  try {
    return `{"taskId":${task.id},${renderResult(task).slice(1)}`;
  } catch (error) {
    return renderError(error, logger, { taskId: task.id });
  }
}
