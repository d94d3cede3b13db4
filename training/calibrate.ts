/**
 * Fits the confidence curve (see `Calibration` in card.ts) on pictures neither trained nor measured on, and writes it
 * into model/text-image.json. Reads cache/calibration/*.bin: the npm generators' and our renderer's own pictures,
 * half and half by weight, pictures without text among them.
 *   node training/calibrate.ts [MODEL_DIR] [LEFT_OUT…]
 * LEFT_OUT: generators whose pictures do not count, because the network has not seen them either.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultModelDir } from "../src/solvers/text-image/card.ts";
import { noHints } from "../src/solvers/text-image/hints.ts";
import { INPUT_BYTES } from "../src/solvers/text-image/normalise.ts";
import { openReader } from "../src/solvers/text-image/reader.ts";
import { calibrate, readScores } from "../src/solvers/text-image/reading.ts";

interface Point {
  readonly probability: number;
  readonly right: boolean;
  readonly weight: number;
}

const folder = fileURLToPath(new URL("cache/calibration/", import.meta.url));
const [modelDir = defaultModelDir(), ...leftOut] = process.argv.slice(2);
const reader = await openReader(modelDir);
const points: Record<"folded" | "exact", Point[]> = { folded: [], exact: [] };
const sets = readdirSync(folder).filter(
  (name) => name.endsWith(".bin") && !leftOut.includes(name.replace(/\.bin$/, "")),
);
for (const name of sets) {
  const labels = readFileSync(join(folder, name.replace(/bin$/, "txt")), "utf8")
    .split("\n")
    .slice(0, -1);
  const pixels = readFileSync(join(folder, name));
  const weight = (name.startsWith("render") ? sets.length - 1 : 1) / labels.length;
  for (let at = 0; at < labels.length; at += 50) {
    const part = labels.slice(at, at + 50);
    const bytes = pixels.subarray(at * INPUT_BYTES, (at + part.length) * INPUT_BYTES);
    const scored = await reader.score(bytes, part.length);
    part.forEach((label, i) => {
      const folded = readScores(scored[i]!, reader.card, noHints);
      const exact = readScores(scored[i]!, reader.card, { ...noHints, caseSensitive: true });
      const same = folded.text.toLowerCase() === label.toLowerCase();
      points.folded.push({ probability: folded.probability, right: same, weight });
      points.exact.push({ probability: exact.probability, right: exact.text === label, weight });
    });
  }
}

/** Logistic regression of being right on the logit of the probability, by gradient descent. */
function fit(all: readonly Point[]): { scale: number; shift: number } {
  let [scale, shift] = [1, 0];
  const total = all.reduce((sum, point) => sum + point.weight, 0);
  for (let i = 0; i < 4000; i++) {
    let [byScale, byShift] = [0, 0];
    for (const { probability, right, weight } of all) {
      const p = Math.min(1 - 1e-6, Math.max(1e-9, probability));
      const miss = (calibrate(probability, { scale, shift }) - (right ? 1 : 0)) * weight;
      byScale += miss * Math.log(p / (1 - p));
      byShift += miss;
    }
    scale -= (0.05 * byScale) / total;
    shift -= (0.3 * byShift) / total;
  }
  return { scale: Number(scale.toFixed(4)), shift: Number(shift.toFixed(4)) };
}

const calibration = { folded: fit(points.folded), exact: fit(points.exact) };
const path = join(modelDir, "text-image.json");
const card = JSON.parse(readFileSync(path, "utf8")) as object;
writeFileSync(path, `${JSON.stringify({ ...card, calibration }, null, 2)}\n`);
await reader.close();
console.log(JSON.stringify(calibration), `fitted on ${points.folded.length} pictures`);
