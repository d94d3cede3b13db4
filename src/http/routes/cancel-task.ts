import { ProtocolError } from "../../protocol/errors.ts";
import type { State } from "../../tasks/states.ts";
import type { Method } from "../method.ts";
import { missingTask, readTaskId } from "../task-id.ts";

/** Cancels an account's task; answers what it is then, or null where there is none. */
export type CancelTask = (task: { readonly id: number; readonly accountId: number }) => Promise<State | null>;

/** cancelTask: free until the task is answered; once more is answered the same. */
export function cancelTask(cancel: CancelTask): Method {
  return {
    path: "/cancelTask",
    async handle({ caller: { accountId }, fields }) {
      const id = readTaskId(fields["taskid"]);
      const state = await cancel({ id, accountId });
      if (state === "cancelled") return JSON.stringify({ errorId: 0, status: "success" });
      if (state === null) throw missingTask(id);
      throw new ProtocolError(
        "ERROR_NO_SUCH_CAPCHA_ID",
        `Task ${id} is ${state} and can no longer be cancelled. ${
          state === "solved" ? "Its answer was charged; getTaskResult has it." : "Nothing was charged for it."
        }`,
      );
    },
  };
}
