/** What other programs may use: running the server in their own process, and writing solvers. */
export { loadConfig } from "./config/load.ts";
export type { Config } from "./config/options.ts";
export { loggedError, type Logger } from "./base/logger.ts";
export { startServer, type RunningServer } from "./server.ts";
export type { CreateSolver, SolverOptions } from "./solvers/registry.ts";
export type { Outcome, SolveContext, Solver, SolverTask } from "./solvers/solver.ts";
