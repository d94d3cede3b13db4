import type { Solver } from "../solver.ts";
export function createTextImageSolver(_options: object): Solver {
  throw new Error("not merged");
}
