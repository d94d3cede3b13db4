/** A solver that cannot start. */
export function createSolver() {
  return {
    id: "broken",
    capacity: 1,
    accepts: () => false,
    solve: () => Promise.reject(new Error("never asked")),
    start: () => Promise.reject(new Error("this solver cannot start")),
  };
}
