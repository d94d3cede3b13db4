/** With its zone, or it would mean another moment on each machine that it is typed on. */
const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
const DAY_MS = 86_400_000;

/**
 * Until when something holds, as it is typed: a day, to its end in UTC, or a moment.
 * @throws RangeError for what is neither, or is over
 */
export function parseExpiry(text: string, now = Date.now()): Date {
  const [, day = "", moment] = TIME.exec(text) ?? [];
  const midnight = new Date(day);
  // There is no 30 February: Date would take it for a day of March.
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
  const at = moment === undefined ? new Date(midnight.getTime() + DAY_MS - 1) : new Date(text);
  if (!exists || Number.isNaN(at.getTime())) {
    throw new RangeError(
      "expected a day such as 2027-01-31, or a time with its zone such as 2027-01-31T18:00:00Z",
    );
  }
  if (at.getTime() <= now)
    throw new RangeError(`that is over, it is ${new Date(now).toISOString()} now; expected a time to come`);
  return at;
}
