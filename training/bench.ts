/**
 * Draws pictures of every npm generator from seeds never trained on, and measures the recogniser on them.
 *   node training/bench.ts [COUNT=500] [FIRST_SEED=500001] [GENERATOR…]
 * The pictures are kept under training/cache/bench and drawn again only if they are not there.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { benchFolder } from "../src/solvers/text-image/bench/folder.ts";
import { generators, unseen } from "./generators.ts";

const [countText = "500", seed = "500001", ...chosen] = process.argv.slice(2);
const names = [...Object.keys(generators), ...Object.keys(unseen)];
const here = fileURLToPath(new URL(".", import.meta.url));
const show = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width);

console.log("generator                        folded %   exact %   calibration error   CPU ms median / p95");
for (const name of chosen.length > 0 ? chosen : names) {
  const dir = `${here}cache/bench/${name}-${seed}-${countText}`;
  if (!existsSync(`${dir}/labels.tsv`)) {
    execFileSync(process.execPath, [`${here}draw.ts`, "files", name, countText, seed, dir]);
  }
  const report = await benchFolder(dir, { hints: { math: name === "svg-math" } });
  const percent = (value: number): number => (100 * value) / report.total;
  console.log(
    `${name.padEnd(30)} ${show(percent(report.folded), 1, 9)} ${show(percent(report.exact), 1, 9)} ${show(report.calibrationError, 3, 16)} ${show(report.cpuMs.median, 1, 14)} / ${show(report.cpuMs.p95, 1, 0)}`,
  );
  if (process.env["WRONG"] === "1") {
    for (const { file, expected, got, confidence } of report.wrong)
      console.log("  ", file, expected, got, confidence.toFixed(3));
  }
}
