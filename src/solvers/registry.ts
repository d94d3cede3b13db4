import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, OperatorError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { COMPUTED_LANE, MACHINE_LANE, TEST_KEYS_LANE } from "../protocol/lanes.ts";
import { createProofOfWorkSolver } from "./proof-of-work/proof-of-work-solver.ts";
import type { Solver } from "./solver.ts";
import { createTestKeysSolver } from "./test-keys/test-keys-solver.ts";

export interface SolverOptions {
  /** Threads that a solver with threads of its own should use; absent when it should choose. */
  readonly threads?: number;
  readonly logger: Logger;
}

/** What a solver module exports. */
export type CreateSolver = (options: SolverOptions) => Solver | Promise<Solver>;

const BUILT_IN: Readonly<Record<string, CreateSolver>> = {
  // Loaded only when asked for: the inference runtime is most of the memory of a process.
  "text-image": async (options) =>
    (await import("./text-image/text-image-solver.ts")).createTextImageSolver(options),
};

/**
 * Makes the solvers that the configuration names: built-in ones by name, others as ES modules by path or package name.
 * @throws OperatorError when a module cannot be loaded or exports no `createSolver`
 */
export async function loadSolvers(names: readonly string[], options: SolverOptions): Promise<Solver[]> {
  return Promise.all(names.map(async (name) => (BUILT_IN[name] ?? (await load(name)))(options)));
}

/** A solver and the lane that it works. */
export interface Post {
  readonly solver: Solver;
  readonly lane: string;
}

/** Every lane's solvers: the configured ones read pictures; those that only compute need no configuration. */
export function postsOf(solvers: readonly Solver[]): Post[] {
  return [
    ...solvers.map((solver) => ({ solver, lane: MACHINE_LANE })),
    { solver: createTestKeysSolver(), lane: TEST_KEYS_LANE },
    { solver: createProofOfWorkSolver(), lane: COMPUTED_LANE },
  ];
}

async function load(name: string): Promise<CreateSolver> {
  const isPath = name.startsWith(".") || isAbsolute(name);
  const specifier = isPath ? pathToFileURL(resolve(name)).href : name;
  let module: { createSolver?: unknown };
  try {
    module = (await import(specifier)) as typeof module;
  } catch (error) {
    throw new OperatorError(
      `The solver "${name}" cannot be loaded: ${messageOf(error)}\n` +
        `Built in: ${Object.keys(BUILT_IN).join(", ")}. Anything else must be the path or package name of an ES module.`,
    );
  }
  if (typeof module.createSolver !== "function") {
    throw new OperatorError(`The module "${name}" exports no function createSolver(options).`);
  }
  return module.createSolver as CreateSolver;
}
