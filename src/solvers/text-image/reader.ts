import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { loadModelCard, type ModelCard } from "./card.ts";
import type { Scores } from "./ctc.ts";
import type { Hints } from "../../protocol/text-hints.ts";
import { ImageError } from "../../protocol/inspect-image.ts";
import { combine, inputsOf } from "./frames.ts";
import { isDoubtful, LOOKS, NETWORKS, seenBy } from "./looks.ts";
import { measure } from "./decode.ts";
import { INPUT_HEIGHT, INPUT_WIDTH } from "./normalise.ts";
import { lookAt, readingOf, type Look, type Reading } from "./reading.ts";

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

/** The networks and everything around them, in the calling thread. One call at a time. */
export interface Reader {
  readonly card: ModelCard;
  read(jobs: readonly ReadJob[]): Promise<ReadResult[]>;
  /** Runs one of `NETWORKS`, by default the first, on prepared inputs, `count` × 64 × 192 × 3 bytes. */
  score(pixels: Uint8Array, count: number, network?: number): Promise<Scores[]>;
  close(): Promise<void>;
}

/** What the networks are shown of a job: the picture, or one of an animation's. */
interface Page {
  readonly job: number;
  readonly pixels: Uint8Array;
  readonly looks: Look[];
  /** Set by the first look, and again by each further one. */
  reading?: Reading;
}

export async function openReader(modelDir: string): Promise<Reader> {
  // One image needs no second core, and nothing is decoded twice: no thread pool, no cache (20 MB less).
  sharp.concurrency(1);
  sharp.cache(false);
  const card = await loadModelCard(modelDir);
  const networks = await Promise.all(NETWORKS.map((file) => openNetwork(join(modelDir, file))));

  async function score(pixels: Uint8Array, count: number, network = 0): Promise<Scores[]> {
    if (count === 0) return [];
    const input = new Tensor("uint8", pixels, [count, INPUT_HEIGHT, INPUT_WIDTH, 3]);
    const { scores } = await networks[network]!.run({ pixels: input });
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
      Array.isArray(input) ? input.map((pixels): Page => ({ job, pixels, looks: [] })) : [],
    );
    // Of an animation the other frames are further looks already.
    const alone = ({ job }: Page): boolean => (inputs[job] as Uint8Array[]).length === 1;
    let looking = pages;
    for (const plan of LOOKS) {
      const seen = looking.map(({ pixels }) => seenBy(plan, pixels));
      const scored = await score(joined(seen), seen.length, plan.network);
      looking = looking.filter((page, i) => {
        const { hints } = jobs[page.job]!;
        page.looks.push(lookAt(scored[i]!, card, hints));
        page.reading = readingOf(page.looks, card, hints);
        return alone(page) && isDoubtful(page.reading);
      });
    }
    const readingsOf = (job: number): Reading[] =>
      pages.flatMap((page) => (page.job === job ? page.reading! : []));
    return inputs.map((input, job) =>
      Array.isArray(input) ? { kind: "reading", reading: combine(readingsOf(job)) } : input,
    );
  }

  const close = async (): Promise<void> => {
    await Promise.all(networks.map((network) => network.release()));
  };
  return { card, read, score, close };
}

function openNetwork(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
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
