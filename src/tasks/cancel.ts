import type { Database, Row } from "../database/database.ts";
import { ENDED } from "./schedule-callbacks.ts";
import { END_TASKS } from "./settle.ts";
import type { State } from "./states.ts";

// The lease goes with the task, so an answer that is under way comes too late and changes nothing. The second look is
// at the task as it was before this statement: what it cancelled itself shows in "ended".
// Plan: one probe of tasks_id_unique each.
export const CANCEL = {
  name: "cancel",
  text: `
  with ended as (
    update tasks t
    set state = 'cancelled', settled_at = now(), keep_until = now() + $3 * interval '1 s', lease = null, leased_until = null
    where t.id = $1 and t.account_id = $2 and t.state in ('queued', 'leased')
    returning ${ENDED}
  ), ${END_TASKS}
  select coalesce((select state from ended), t.state) as state, exists (select from ended) as now from tasks t where t.id = $1 and t.account_id = $2`,
};

/**
 * Ends an account's task before it is answered and releases its price; once more changes nothing.
 * @param onCancelled called when this call ended it
 * @returns what the task is now: `cancelled`, or how it had ended before; null when there is no such task
 */
export async function cancel(
  database: Database,
  keepSeconds: number,
  { id, accountId }: { readonly id: number; readonly accountId: number },
  onCancelled?: () => void,
): Promise<State | null> {
  for (;;) {
    const [row] = await database.query<Row & { state: State; now: boolean }>(CANCEL, [
      id,
      accountId,
      keepSeconds,
    ]);
    if (row === undefined) return null;
    if (row.now) onCancelled?.();
    // It changed hands while the statement waited for its row: look again at what became of it.
    if (row.state !== "queued" && row.state !== "leased") return row.state;
  }
}
