import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, OperatorError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Solver } from "./solver.ts";

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
