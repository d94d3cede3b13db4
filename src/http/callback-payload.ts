import type { Logger } from "../base/logger.ts";
import { PINGBACK } from "../protocol/callback-form.ts";
import type { TaskView } from "../tasks/read.ts";
import { renderWithId } from "./answers.ts";
import { renderPingback } from "./two-captcha/answers.ts";

/** What is posted for a task that has ended: JSON, or the dialect's form where the address asks for it. */
export function callbackPayload(
  task: TaskView,
  url: string,
  logger: Logger,
): { readonly type: string; readonly body: string } {
  return url.endsWith(PINGBACK)
    ? { type: "application/x-www-form-urlencoded", body: renderPingback(task, logger) }
    : { type: "application/json; charset=utf-8", body: renderWithId(task, logger) };
}
