import type { Route } from "./catalogue/task-type.ts";

/** The queues that tasks wait in, one for each kind of answerer. */
export const MACHINE_LANE = "machine";
export const TEST_KEYS_LANE = "test-keys";
export const COMPUTED_LANE = "computed";
export const PEOPLE_LANE = "people";

/** The lanes that someone works. A task for any other is refused, or it would wait for its deadline in vain. */
const OPEN: ReadonlySet<string> = new Set([MACHINE_LANE, TEST_KEYS_LANE, COMPUTED_LANE]);

export function isOpen(lane: string): boolean {
  return OPEN.has(lane);
}

const LANES: Readonly<Record<Exclude<Route["kind"], "not offered">, string>> = {
  machine: MACHINE_LANE,
  computed: COMPUTED_LANE,
  people: PEOPLE_LANE,
};

/** The lane that a task of this route enters first; null when nobody answers it. */
export function laneOf({ kind }: Route): string | null {
  return kind === "not offered" ? null : LANES[kind];
}
