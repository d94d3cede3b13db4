/**
 * Fits the confidence curves (see `Curves` in card.ts) on pictures neither trained nor measured on, and writes them
 * into model/text-image.json; those for further looks on the pictures that get them. Reads cache/calibration/*.bin: all
 * sources weigh the same, but our renderer, some of whose pictures have no text, and the likenesses, which are many styles,
 * three times as much.
 *   node training/calibrate.ts [MODEL_DIR] [LEFT_OUT…]
 * LEFT_OUT: generators whose pictures do not count, because the network has not seen them either.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultModelDir, type Curve, type Curves } from "../src/solvers/text-image/card.ts";
import { noHints, type Hints } from "../src/protocol/text-hints.ts";
import { isDoubtful, LOOKS, seenBy } from "../src/solvers/text-image/looks.ts";
import type { Scores } from "../src/solvers/text-image/ctc.ts";
import { INPUT_BYTES } from "../src/solvers/text-image/normalise.ts";
import { openReader } from "../src/solvers/text-image/reader.ts";
import { calibrate, lookAt, readingOf, type Reading } from "../src/solvers/text-image/reading.ts";

interface Point {
  readonly probability: number;
  readonly rival: number;
  readonly right: boolean;
  readonly weight: number;
}

const folder = fileURLToPath(new URL("cache/calibration/", import.meta.url));
const [modelDir = defaultModelDir(), ...leftOut] = process.argv.slice(2);
const reader = await openReader(modelDir);
/** What was read at a picture after one look, after two, and so on to all of them. */
interface Seen {
  readonly label: string;
  readonly weight: number;
  readonly folded: readonly Reading[];
  readonly exact: readonly Reading[];
}
const seen: Seen[] = [];
const sets = readdirSync(folder).filter(
  (name) => name.endsWith(".bin") && !leftOut.includes(name.replace(/\.bin$/, "")),
);
for (const name of sets) {
  const labels = readFileSync(join(folder, name.replace(/bin$/, "txt")), "utf8")
    .split("\n")
    .slice(0, -1);
  const pixels = readFileSync(join(folder, name));
  const weight = (/^(render|famous)/.test(name) ? 3 : 1) / labels.length;
  for (let at = 0; at < labels.length; at += 50) {
    const part = labels.slice(at, at + 50);
    const bytes = pixels.subarray(at * INPUT_BYTES, (at + part.length) * INPUT_BYTES);
    const pages = part.map((_, i) => bytes.subarray(i * INPUT_BYTES, (i + 1) * INPUT_BYTES));
    const scored: Scores[][] = [];
    for (const plan of LOOKS) {
      const shown = Buffer.concat(pages.map((page) => seenBy(plan, page)));
      scored.push(await reader.score(shown, part.length, plan.network));
    }
    part.forEach((label, i) => {
      const read = (hints: Hints): Reading[] => {
        const looks = scored.map((scores) => lookAt(scores[i]!, reader.card, hints));
        return looks.map((_, n) => readingOf(looks.slice(0, n + 1), reader.card, hints));
      };
      seen.push({ label, weight, folded: read(noHints), exact: read({ ...noHints, caseSensitive: true }) });
    });
  }
}

function curvesOf(kind: "folded" | "exact"): Curves {
  const same = (text: string, label: string): boolean =>
    kind === "exact" ? text === label : text.toLowerCase() === label.toLowerCase();
  let looking = seen;
  return LOOKS.map((_, look) => {
    const curve = fit(
      looking.map(({ label, weight, [kind]: readings }) => {
        const { text, probability, rival } = readings[look]!;
        return { probability, rival, weight, right: same(text, label) };
      }),
    );
    looking = looking.filter(({ [kind]: readings }) => {
      const { text, probability, rival } = readings[look]!;
      return isDoubtful({ confidence: text === "" ? 0 : calibrate(probability, rival, curve) });
    });
    return curve;
  });
}

/** Logistic regression of being right, by Newton's method; a little ridge keeps it from running away where all is right. */
function fit(all: readonly Point[]): Curve {
  let curve: Curve = { scale: 1, margin: 0, shift: 0 };
  const total = all.reduce((sum, point) => sum + point.weight, 0);
  for (let i = 0; i < 30; i++) {
    const slope = [0, 0, 0];
    const bend = [0, 1, 2].map((row) => [0, 1, 2].map((column) => (row === column ? 1e-4 : 0)));
    for (const { probability, rival, right, weight } of all) {
      const at = evidenceOf(probability, rival);
      const guess = calibrate(probability, rival, curve);
      at.forEach((x, row) => {
        slope[row]! += ((right ? 1 : 0) - guess) * x * (weight / total);
        at.forEach((y, column) => (bend[row]![column]! += guess * (1 - guess) * x * y * (weight / total)));
      });
    }
    const [scale, margin, shift] = solve(bend, slope) as [number, number, number];
    curve = { scale: curve.scale + scale, margin: curve.margin + margin, shift: curve.shift + shift };
  }
  const [scale, margin, shift] = [curve.scale, curve.margin, curve.shift].map((value) =>
    Number(value.toFixed(4)),
  );
  return { scale: scale!, margin: margin!, shift: shift! };
}

/** What scale, margin and shift are multiplied by. */
function evidenceOf(probability: number, rival: number): number[] {
  const along = (scale: number, margin: number): number => {
    const q = calibrate(probability, rival, { scale, margin, shift: 0 });
    return Math.log(q / (1 - q));
  };
  return [along(1, 0), along(0, 1), 1];
}

/** x of matrix × x = right, by elimination; the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  rows.forEach((pivot, i) => {
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[i]! / pivot[i]!;
      row.forEach((value, column) => (row[column] = value - factor * pivot[column]!));
    }
  });
  return rows.map((row, i) => row[right.length]! / row[i]!);
}

const calibration = { folded: curvesOf("folded"), exact: curvesOf("exact") };
const path = join(modelDir, "text-image.json");
const card = JSON.parse(readFileSync(path, "utf8")) as object;
writeFileSync(path, `${JSON.stringify({ ...card, calibration }, null, 2)}\n`);
await reader.close();
console.log(JSON.stringify(calibration), `fitted on ${seen.length} pictures`);
