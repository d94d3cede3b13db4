import type { Route } from "./catalogue/task-type.ts";
import type { Kind } from "./workspace.ts";

/** The queues that tasks wait in, one for each kind of answerer. */
export const MACHINE_LANE = "machine";
export const TEST_KEYS_LANE = "test-keys";
export const COMPUTED_LANE = "computed";

/** What people's lanes start with; the kind follows. */
export const PEOPLE = "people-";

/** People have a lane for each kind of item, so that a claim finds by index what its worker can do. */
export function peopleLane(kind: Kind): string {
  return PEOPLE + kind;
}

/** The lane of a task that is computed or read by a machine; null when people answer it, or nobody. */
export function laneOf({ kind }: Route): string | null {
  if (kind === "machine") return MACHINE_LANE;
  return kind === "computed" ? COMPUTED_LANE : null;
}
