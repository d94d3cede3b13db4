/** A recogniser thread: opens the reader, says `ready`, then answers batches one after the other. See pool.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import type { FromThread, ToThread } from "./pool.ts";
import { openReader, type ReadJob, type ReadResult } from "./reader.ts";

const port = parentPort;
if (port === null) throw new Error("text-image/thread must be started as a worker thread.");
const send = (message: FromThread<ReadResult>): void => port.postMessage(message);
let work: Promise<void> = Promise.resolve();
const reader = await openReader((workerData as { modelDir: string }).modelDir);

port.on("message", (message: ToThread<ReadJob>) => {
  if (message.kind === "close") {
    void closing();
    return;
  }
  work = reader.read(message.jobs).then(
    (results) => send({ kind: "results", results }),
    (error: unknown) => send({ kind: "failed", message: messageOf(error) }),
  );
});

async function closing(): Promise<void> {
  await work;
  await reader.close();
  port?.close();
}
send({ kind: "ready" });
