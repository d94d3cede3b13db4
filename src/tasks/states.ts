/**
 * The life of a task.
 *
 *   queued ──claim──▶ leased ──settle──▶ solved | failed
 *     ▲                 │
 *     └─────release─────┘          queued, leased ──▶ expired | cancelled
 *
 * - `queued`: committed and paid for (the price is held); waits in its lane.
 * - `leased`: a solver works on it until `leased_until`. Every write after a claim carries the lease token; once the
 *   lease is over the task is queued again and the old token no longer fits, so a late writer loses.
 * - `solved`: the hold was captured. The only state with a solution.
 * - `failed`, `expired`, `cancelled`: the hold was released.
 *
 * The last four are final: nothing leaves them, their money has moved, and they are deleted once no longer kept.
 * The wire knows only `processing` (queued, leased) and `ready` (solved); the rest are errors there.
 */
export const STATES = ["queued", "leased", "solved", "failed", "expired", "cancelled"] as const;
export type State = (typeof STATES)[number];
type FinalState = "solved" | "failed" | "expired" | "cancelled";

const NEXT: Readonly<Record<State, readonly State[]>> = {
  queued: ["leased", "expired", "cancelled"],
  leased: ["queued", "solved", "failed", "expired", "cancelled"],
  solved: [],
  failed: [],
  expired: [],
  cancelled: [],
};

export function canBecome(from: State, to: State): boolean {
  return NEXT[from].includes(to);
}

export function isFinal(state: State): state is FinalState {
  return NEXT[state].length === 0;
}
