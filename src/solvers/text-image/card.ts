import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OperatorError } from "../../base/errors.ts";

/** What lies beside the weights in `text-image.json`: how to feed the network and how to read what it says. */
export interface ModelCard {
  /** Class 0 is the CTC blank; class i + 1 is the i-th character. */
  readonly alphabet: readonly string[];
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  /** Frames in the network's output, from left to right. */
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

/** After one look at a picture, and after a second one, which only doubtful pictures get (looks.ts). */
export interface Curves {
  readonly first: Curve;
  readonly again: Curve;
}

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

export function weightsPath(modelDir: string): string {
  return join(modelDir, "text-image.onnx");
}

export async function loadModelCard(modelDir: string): Promise<ModelCard> {
  const card = JSON.parse(await readFile(join(modelDir, "text-image.json"), "utf8")) as Omit<
    ModelCard,
    "alphabet"
  > & {
    alphabet: string;
  };
  const { folded, exact } = card.calibration;
  if ([folded, exact].some((curves) => curves.first === undefined || curves.again === undefined)) {
    throw new OperatorError(
      `${modelDir}: text-image.json has no confidence curves for a second look: it was made by an older version. Export the network again (training/README.md).`,
    );
  }
  return { ...card, alphabet: Array.from(card.alphabet) };
}
