import { Worker } from "node:worker_threads";
import type { Outcome, SolveContext, Solver, SolverTask } from "../solver.ts";
import { algorithmOf, type Search } from "./search.ts";

/** Runs from the sources and from the build. */
const THREAD = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);
const TASK_TYPE = "CustomTask altcha";

/** Computes Altcha's proof of work: version 1 of its protocol, a hash of salt and number. */
export function createProofOfWorkSolver(): Solver {
  return {
    id: "proof-of-work",
    capacity: 1,
    accepts: ({ type }) => type === TASK_TYPE,
    solve: solveAltcha,
  };
}

async function solveAltcha({ fields }: SolverTask, { signal, deadline }: SolveContext): Promise<Outcome> {
  const given = fields["metadata"] as Readonly<Record<string, unknown>>;
  const [challenge, salt, signature] = [given["challenge"], given["salt"], given["signature"]].map(String);
  if (challenge === undefined || salt === undefined) throw new TypeError("a task without challenge or salt");
  const algorithm = algorithmOf(challenge);
  if (algorithm === null)
    return { kind: "decline", reason: "The challenge is no SHA-1, SHA-256 or SHA-512 hash." };

  const last = Number(given["iterations"]);
  const found = await searchOnThread({ challenge, salt, last }, signal);
  if (found === "stopped") {
    // Before its time the signal means that the server stops: the task goes back to the queue.
    if (Date.now() < deadline - 50) throw new Error("the search was stopped");
    return { kind: "unsolvable", reason: `No number up to ${last} was found in the time there was.` };
  }
  if (found === null) {
    return {
      kind: "unsolvable",
      reason: `No number from 0 to ${last} hashes to the challenge with this salt.`,
    };
  }
  // The order of the properties is that of the vendor's widget.
  const payload = JSON.stringify({ algorithm, challenge, number: found, salt, signature });
  const token = Buffer.from(payload).toString("base64");
  return { kind: "answer", solution: { token, data: { token, number: found } }, confidence: 1 };
}

/** A thread for each search: to stop one half-way, its thread must end. */
async function searchOnThread(search: Search, signal: AbortSignal): Promise<number | null | "stopped"> {
  if (signal.aborted) return "stopped";
  const done = Promise.withResolvers<number | null | "stopped">();
  const worker = new Worker(THREAD, { workerData: search, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  worker.once("message", (found: number | null) => done.resolve(found));
  worker.once("error", done.reject);
  worker.once("exit", () => done.reject(new Error("the thread ended without an answer")));
  const stop = () => done.resolve("stopped");
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await done.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
