import { after } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { postsOf } from "../../src/solvers/registry.ts";
import { Runner } from "../../src/solvers/runner.ts";
import type { TestDesk } from "./desk.ts";

/** Runs the built-in solvers that need no configuration: public test keys and proof of work. */
export function startBuiltInRunners({ database, images, settler }: TestDesk): void {
  const runners = postsOf([]).map(
    ({ solver, lane }) =>
      new Runner({ solver, lane, database, images, settler, logger: silentLogger, node: "test" }),
  );
  for (const runner of runners) runner.start();
  const timer = setInterval(() => runners.forEach((runner) => runner.wake()), 20);
  after(async () => {
    clearInterval(timer);
    await Promise.all(runners.map((runner) => runner.stop(0)));
  });
}
