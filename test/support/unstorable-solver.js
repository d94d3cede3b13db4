/** A solver whose answers no database takes: PostgreSQL's text cannot hold a zero byte. It prints as libraries do. */
export function createSolver() {
  console.trace(new Error("printed past the log"));
  return {
    id: "unstorable",
    capacity: 1,
    accepts: () => true,
    solve: () => Promise.resolve({ kind: "answer", solution: { text: "SECRETANSWER\u0000" }, confidence: 1 }),
  };
}
