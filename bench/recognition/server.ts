import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGlyphdesk } from "../../test/support/process.ts";
import { createAndAwait, measure, type Sample, type Work } from "../support/measure.ts";

const KEY = "bench-key-0001";
/** Twice as often as the official clients ask for pictures. */
const POLL_MS = 100;

export interface ServerSamples {
  /** One caller, who asks every 2 ms. */
  readonly alone: Sample;
  /** Many callers, who ask every POLL_MS. */
  readonly crowd: Sample & { readonly connections: number };
}

/** The built server with its own recogniser and database: from createTask over HTTP to the answer. */
export async function measureServer(
  pictures: readonly Uint8Array[],
  seconds: number,
  connections: number,
): Promise<ServerSamples> {
  const bodies = pictures.map((picture) =>
    JSON.stringify({
      clientKey: KEY,
      task: { type: "ImageToTextTask", body: Buffer.from(picture).toString("base64") },
    }),
  );
  let next = 0;
  const work =
    (pauseMs: number): Work =>
    (send) =>
      createAndAwait(KEY, bodies[next++ % bodies.length]!, pauseMs)(send);
  const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-bench-"));
  const desk = await startGlyphdesk({
    GLYPHDESK_API_KEY: KEY,
    GLYPHDESK_BALANCE: "1000000",
    GLYPHDESK_POLL_LIMIT: "1000000000",
    GLYPHDESK_DATA_DIR: dataDir,
  });
  try {
    const alone = await measure(desk.url, 1, seconds, work(2));
    const crowd = await measure(desk.url, connections, seconds, work(POLL_MS));
    return { alone, crowd: { ...crowd, connections } };
  } finally {
    await desk.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
