/** How many items wait, of which the server counts 100 at most. */
export function howMany(waiting: number): string {
  return waiting < 100 ? String(waiting) : "100+";
}
