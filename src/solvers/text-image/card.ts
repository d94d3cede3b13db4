import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OperatorError } from "../../base/errors.ts";
import { LOOKS } from "./looks.ts";

/** What lies beside the weights in `text-image.json`: how to feed the networks and how to read what they say. */
export interface ModelCard {
  /** Class 0 is the CTC blank; class i + 1 is the i-th character. */
  readonly alphabet: readonly string[];
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  /** Frames in a network's output, from left to right. */
  readonly frames: number;
  readonly calibration: Calibration;
}

/** How a confidence comes from what the search found; `calibrate` in reading.ts has the formula. */
export interface Curve {
  /** Weight of the answer's own log odds. */
  readonly scale: number;
  /** Weight of the log of how many times as likely it is as the next answer. */
  readonly margin: number;
  readonly shift: number;
}

/** A curve for what is known after each number of looks (looks.ts): the first after one. */
export type Curves = readonly Curve[];

export interface Calibration {
  /** For answers in which case does not matter. */
  readonly folded: Curves;
  /** For answers that must also have the right case. */
  readonly exact: Curves;
}

/** The `model` folder of this package: the same distance from `src` and from `dist`. */
export function defaultModelDir(): string {
  return fileURLToPath(new URL("../../../model/", import.meta.url));
}

export async function loadModelCard(modelDir: string): Promise<ModelCard> {
  const card = JSON.parse(await readFile(join(modelDir, "text-image.json"), "utf8")) as Omit<
    ModelCard,
    "alphabet"
  > & {
    alphabet: string;
  };
  const { folded, exact } = card.calibration;
  if ([folded, exact].some((curves) => curves.length !== LOOKS.length)) {
    throw new OperatorError(
      `${modelDir}: text-image.json has not the ${LOOKS.length} confidence curves, one for each look at a picture: it was made for another version. Export the networks again (training/README.md).`,
    );
  }
  return { ...card, alphabet: Array.from(card.alphabet) };
}
