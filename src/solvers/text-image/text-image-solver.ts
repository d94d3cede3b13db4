import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { silentLogger, type Logger } from "../../base/logger.ts";
import type { Outcome, SolveContext, Solver, SolverTask } from "../solver.ts";
import { defaultModelDir } from "./card.ts";
import { hintsOf } from "../../protocol/text-hints.ts";
import { ImageError, MAX_PIXELS } from "../../protocol/inspect-image.ts";
import { mostPixels } from "./most-pixels.ts";
import { ThreadPool } from "./pool.ts";
import type { ReadJob, ReadResult } from "./reader.ts";
import { unwritable } from "./unwritable.ts";

export interface TextImageSolverOptions {
  /** Recogniser threads. By default one fewer than the cores, from 1 to 4. */
  readonly threads?: number;
  /** The folder with both networks and `text-image.json`; by default the one in this package. */
  readonly modelDir?: string;
  readonly logger?: Logger;
}

/** Pictures a thread reads at once under load: 8 take 30 to 85 ms by how many are looked at again, so nobody waits long. */
const BATCH = 8;
/** Pixels that are decoded for one batch, so that its time limit is far away: those of one picture as large as may be. */
const BATCH_PIXELS = MAX_PIXELS;
const TIME_LIMIT_MS = 10_000;
const GRACE_MS = 5_000;

/** Reads text images with the built-in network. Threads start with `start()`, or with the first task. */
export function createTextImageSolver(options: TextImageSolverOptions = {}): Solver {
  const threads = options.threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const pool = new ThreadPool<ReadJob, ReadResult>({
    thread: new URL(`./thread${extname(import.meta.url)}`, import.meta.url),
    workerData: { modelDir: options.modelDir ?? defaultModelDir() },
    threads,
    batch: BATCH,
    batchWeight: BATCH_PIXELS,
    timeLimitMs: TIME_LIMIT_MS,
    graceMs: GRACE_MS,
    logger: options.logger ?? silentLogger,
  });
  return {
    id: "text-image",
    // Twice what the threads hold, so that full batches wait when one comes back.
    capacity: threads * BATCH * 2,
    accepts: (task) => task.type === "ImageToTextTask" && task.image !== null,
    solve: (task, context) => solve(pool, task, context),
    start: () => pool.start(),
    stop: () => pool.stop(),
  };
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

async function solve(
  pool: ThreadPool<ReadJob, ReadResult>,
  task: SolverTask,
  context: SolveContext,
): Promise<Outcome> {
  if (task.image === null) return { kind: "unsolvable", reason: "The task has no image." };
  let weight: number;
  try {
    weight = mostPixels(task.image); // spares the threads what is no picture at all
  } catch (error) {
    if (error instanceof ImageError) return { kind: "unsolvable", reason: error.message };
    throw error;
  }
  const reason = unwritable(task.fields);
  if (reason !== null) return { kind: "decline", reason };
  // A copy, because posting a view to a thread posts the whole buffer behind it, which may be a network chunk.
  const image = new Uint8Array(task.image);
  const job = { image, hints: hintsOf(task.fields) };
  const result = await pool.run(job, { signal: context.signal, weight, alone: task.attempt > 1 });
  if (result.kind === "unreadable") return { kind: "unsolvable", reason: result.reason };
  const { text, confidence, seen, characters, candidates } = result.reading;
  return {
    kind: "answer",
    solution: { text },
    confidence,
    detail: {
      ...(seen === text ? {} : { seen }),
      characters: characters.map(round),
      candidates: candidates.map((candidate) => ({
        text: candidate.text,
        probability: round(candidate.probability),
      })),
    },
  };
}
