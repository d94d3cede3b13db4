import type { FastifyRequest } from "fastify";
import type { Reader, TaskView } from "../tasks/read.ts";
import { isFinal } from "../tasks/states.ts";
import type { Waiters } from "../tasks/waiters.ts";

/**
 * An account's task, at its end if that comes in time. Whoever hangs up no longer waits.
 * @returns null when there is no such task
 */
export async function taskWithin(
  { reader, waiters }: { readonly reader: Reader; readonly waiters: Waiters },
  { id, accountId, waitMs, http }: { id: number; accountId: number; waitMs: number; http: FastifyRequest },
): Promise<TaskView | null> {
  const { over, dismiss } = waiters.join(id, waitMs);
  const { socket } = http.raw;
  socket.once("close", dismiss);
  try {
    const task = await reader.task(id, accountId);
    if (task === null || isFinal(task.state)) return task;
    await over;
    return await reader.task(id, accountId);
  } finally {
    socket.off("close", dismiss);
    dismiss();
  }
}
