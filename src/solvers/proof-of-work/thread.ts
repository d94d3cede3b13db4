import { parentPort, workerData } from "node:worker_threads";
import { findNumber, type Search } from "./search.ts";

/** One search on a thread of its own: the number, or null, is its only message. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(findNumber(workerData as Search));
