import { setTimeout as delay } from "node:timers/promises";

/**
 * A solver for fault tests: after up to 40 ms answers the last 16 bytes of the picture as text. The caller appended
 * them, so it can tell whether the answer is to its own picture.
 */
export function createSolver() {
  return {
    id: "tail",
    capacity: 32,
    accepts: () => true,
    async solve({ image }) {
      await delay((image.at(-1) ?? 0) % 40);
      return {
        kind: "answer",
        solution: { text: Buffer.from(image.subarray(-16)).toString("latin1") },
        confidence: 1,
      };
    },
  };
}
