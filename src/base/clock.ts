/** Source of the time, so that tests can move it. Database times come from the database, never from here. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
