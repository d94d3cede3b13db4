import { ProtocolError } from "../../protocol/errors.ts";
import type { Method } from "../method.ts";
import { readTaskId } from "../task-id.ts";

/** Delivers the result of an account's task once more; answers false when there is nothing to deliver. */
export type Redeliver = (accountId: number, taskId: number) => Promise<boolean>;

/** redeliverCallback: posts a task's result to its callbackUrl again, also after the task itself is no longer kept. */
export function redeliverCallback(redeliver: Redeliver): Method {
  return {
    path: "/redeliverCallback",
    async handle({ caller, fields }) {
      const id = readTaskId(fields["taskid"]);
      if (await redeliver(caller.accountId, id)) return '{"errorId":0,"status":"success"}';
      throw new ProtocolError(
        "ERROR_NO_SUCH_CAPCHA_ID",
        `There is no callback of a task ${id} for this key: it had no callbackUrl, has not ended, or is no longer kept.`,
      );
    },
  };
}
