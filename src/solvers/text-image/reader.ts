import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { loadModelCard, weightsPath, type ModelCard } from "./card.ts";
import type { Scores } from "./ctc.ts";
import type { Hints } from "../../protocol/text-hints.ts";
import { ImageError } from "../../protocol/inspect-image.ts";
import { combine, inputsOf } from "./frames.ts";
import { isDoubtful, moved } from "./looks.ts";
import { measure } from "./decode.ts";
import { INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import { lookAt, readingOf, type Reading } from "./reading.ts";

/** One picture to read. */
export interface ReadJob {
  readonly image: Uint8Array;
  readonly hints: Hints;
}

export type ReadResult =
  | { readonly kind: "reading"; readonly reading: Reading }
  /** Not a picture that can be used; the reason may be shown to the caller. */
  | { readonly kind: "unreadable"; readonly reason: string };

type Unreadable = Extract<ReadResult, { kind: "unreadable" }>;

/** Pictures of more pixels, in all of their frames together, are not decoded side by side. */
const SMALL = 250_000;

/** The network and everything around it, in the calling thread. One call at a time. */
export interface Reader {
  readonly card: ModelCard;
  read(jobs: readonly ReadJob[]): Promise<ReadResult[]>;
  /** Runs the network on prepared inputs, `count` × 64 × 192 × 3 bytes. */
  score(pixels: Uint8Array, count: number): Promise<Scores[]>;
  close(): Promise<void>;
}

export async function openReader(modelDir: string): Promise<Reader> {
  // One image needs no second core, and nothing is decoded twice: no thread pool, no cache (20 MB less).
  sharp.concurrency(1);
  sharp.cache(false);
  const card = await loadModelCard(modelDir);
  const session = await InferenceSession.create(weightsPath(modelDir), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });

  async function score(pixels: Uint8Array, count: number): Promise<Scores[]> {
    if (count === 0) return [];
    const input = new Tensor("uint8", pixels, [count, INPUT_HEIGHT, INPUT_WIDTH, 3]);
    const { scores } = await session.run({ pixels: input });
    const [, frames = 0, classes = 0] = scores!.dims;
    const data = scores!.data as Float32Array;
    const size = frames * classes;
    return Array.from({ length: count }, (_, i) => ({
      data: data.subarray(i * size, (i + 1) * size),
      frames,
      classes,
    }));
  }

  async function read(jobs: readonly ReadJob[]): Promise<ReadResult[]> {
    const inputs = await prepare(jobs);
    const pages = inputs.flatMap((input, job) =>
      Array.isArray(input) ? input.map((pixels) => ({ job, pixels })) : [],
    );
    const scored = await score(joined(pages.map((page) => page.pixels)), pages.length);
    const hintsOf = (i: number): Hints => jobs[pages[i]!.job]!.hints;
    const looks = scored.map((one, i) => lookAt(one, card, hintsOf(i)));
    const readings = looks.map((look, i) => readingOf([look], card, hintsOf(i)));
    // Of an animation the other frames are second looks already.
    const alone = ({ job }: { readonly job: number }): boolean => (inputs[job] as Uint8Array[]).length === 1;
    const doubtful = [...pages.keys()].filter((i) => alone(pages[i]!) && isDoubtful(readings[i]!));
    const again = await score(joined(doubtful.map((i) => moved(pages[i]!.pixels))), doubtful.length);
    doubtful.forEach((i, n) => {
      const second = lookAt(again[n]!, card, hintsOf(i));
      readings[i] = readingOf([looks[i]!, second], card, hintsOf(i));
    });
    return inputs.map((input, job) =>
      Array.isArray(input)
        ? { kind: "reading", reading: combine(readings.filter((_, i) => pages[i]!.job === job)) }
        : input,
    );
  }

  return { card, read, score, close: () => session.release() };
}

/**
 * The network's inputs for each picture. Small pictures are decoded side by side, large ones one after the other: each takes one of
 * the threads of libuv's pool, which the process has four of, for all that its recogniser threads decode and run.
 */
async function prepare(jobs: readonly ReadJob[]): Promise<(Uint8Array[] | Unreadable)[]> {
  let large: Promise<unknown> = Promise.resolve();
  const inputs = jobs.map(async ({ image }) => {
    const measured = await measure(image);
    if (measured.width * measured.height * measured.frames <= SMALL) return inputsOf(image, measured);
    const mine = large.then(() => inputsOf(image, measured));
    large = mine.catch(() => undefined);
    return mine;
  });
  return Promise.all(inputs.map((input) => input.catch(unreadable)));
}

function unreadable(error: unknown): Unreadable {
  if (!(error instanceof ImageError)) throw error;
  return { kind: "unreadable", reason: error.message };
}

/** Equally long pictures as one row of bytes. */
function joined(pictures: readonly Uint8Array[]): Uint8Array {
  const size = pictures[0]?.length ?? 0;
  const out = new Uint8Array(pictures.length * size);
  pictures.forEach((picture, i) => out.set(picture, i * size));
  return out;
}
