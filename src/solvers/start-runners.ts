import { hostname } from "node:os";
import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import { MACHINE_LANE } from "../protocol/lanes.ts";
import type { PeopleOnline } from "../tasks/admit.ts";
import type { RecentImages } from "../tasks/recent-images.ts";
import type { RecentResults } from "../tasks/recent-results.ts";
import { Settler, type Settled, type Settlement } from "../tasks/settle.ts";
import type { Post } from "./registry.ts";
import { Runner } from "./runner.ts";

interface RunnersOptions {
  readonly database: Database;
  readonly images: RecentImages;
  readonly results: RecentResults;
  readonly logger: Logger;
  /** Told of each finished task, for metrics. */
  readonly onSettled: (solver: string, settlement: Settlement, settled: Settled, tookMs: number) => void;
  readonly people: PeopleOnline;
  readonly keepSeconds: number;
}

/** Starts solvers, and for each the loop that claims its tasks. */
export async function startRunners(posts: readonly Post[], options: RunnersOptions) {
  const { database, images, logger, people } = options;
  const settler = new Settler(database, options.keepSeconds, options.results);
  const runners = posts.map(
    ({ solver, lane }) =>
      new Runner({
        solver,
        lane,
        database,
        images,
        settler,
        logger,
        ...(lane === MACHINE_LANE && { people }),
        node: `${hostname()}:${process.pid}`,
        onSettled: (settlement, settled, tookMs) => options.onSettled(solver.id, settlement, settled, tookMs),
      }),
  );
  const stopSolvers = () => Promise.allSettled(posts.map(async ({ solver }) => solver.stop?.()));
  try {
    await Promise.all(posts.map(async ({ solver }) => solver.start?.()));
  } catch (error) {
    await stopSolvers();
    throw error;
  }
  for (const runner of runners) runner.start();
  return {
    /** Takes new pictures from hand to hand; the other lanes claim their tasks. */
    taker: runners.find(({ lane }) => lane === MACHINE_LANE) ?? null,
    /** There may be work in this lane; an empty name means any. */
    wake: (lane: string) =>
      runners.forEach((runner) => (lane === "" || runner.lane === lane) && runner.wake()),
    /** How many tasks of a lane the solvers of this process work on at once. */
    places: (lane: string) =>
      posts.reduce((sum, post) => sum + (post.lane === lane ? post.solver.capacity : 0), 0),
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
      await stopSolvers();
    },
  };
}
