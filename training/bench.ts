/**
 * Draws pictures of every npm generator, or of the GENERATORs named (those of famous.py too), from seeds never trained on, and measures the recogniser on them.
 *   node training/bench.ts [COUNT=500] [FIRST_SEED=500001] [GENERATOR…]
 * MODEL=DIR measures another network than the shipped one, WRONG=1 lists the wrong answers.
 * The pictures are kept under training/cache/bench and drawn again only if they are not there.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { answersIn } from "../src/solvers/text-image/bench/folder.ts";
import { scoreOf, type Answered } from "../src/solvers/text-image/bench/score.ts";
import { defaultModelDir } from "../src/solvers/text-image/card.ts";
import { debianGenerators } from "./debian-generators.ts";
import { generators, unseen } from "./generators.ts";
import { moreGenerators } from "./more-generators.ts";

const [countText = "500", seed = "500001", ...chosen] = process.argv.slice(2);
const names = [...Object.keys(generators), ...Object.keys(unseen)];
const known = new Set([...names, ...Object.keys(moreGenerators), ...Object.keys(debianGenerators)]);
const here = fileURLToPath(new URL(".", import.meta.url));
const modelDir = process.env["MODEL"] ?? defaultModelDir();
const show = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width);

/** Prints one line; the last two columns are what a caller gets who asks for a threshold of 90. */
function report(name: string, answers: readonly Answered[]): void {
  const { total, folded, exact, calibrationError, at90, cpuMs, wrong } = scoreOf(answers);
  const percent = (value: number, of = total): string => show((100 * value) / of, 1, 9);
  console.log(
    `${name.padEnd(30)} ${percent(folded)} ${percent(exact)} ${show(calibrationError, 3, 18)} ${percent(at90.answered)} ${percent(at90.right, at90.answered)} ${show(cpuMs.median, 1, 9)} / ${show(cpuMs.p95, 1, 0)}`,
  );
  if (process.env["WRONG"] === "1") {
    for (const { file, expected, got, confidence } of wrong)
      console.log("  ", file, expected, got, confidence.toFixed(3));
  }
}

console.log(
  "generator                        folded %   exact %  calibration error  at 90: %   right %   CPU ms median / p95",
);
const all: Answered[] = [];
for (const name of chosen.length > 0 ? chosen : names) {
  const dir = `${here}cache/bench/${name}-${seed}-${countText}`;
  if (!existsSync(`${dir}/labels.tsv`)) {
    const [program, script] = known.has(name) ? [process.execPath, "draw.ts"] : ["python3", "famous.py"];
    execFileSync(program, [`${here}${script}`, "files", name, countText, seed, dir]);
  }
  const answers = await answersIn(dir, { modelDir, hints: { math: name === "svg-math" } });
  report(name, answers);
  all.push(...answers);
}
if (process.env["WRONG"] !== "1") report("all together", all);
