/**
 * Draws pictures by the npm generators, reproducibly.
 *   node training/draw.ts tensors GENERATOR COUNT FIRST_SEED OUT   one shard: OUT.bin (COUNT × 64 × 192 × 3 bytes) + OUT.txt
 *   node training/draw.ts files   GENERATOR COUNT FIRST_SEED DIR   image files + labels.tsv (file, answer, text)
 * Picture i uses seed FIRST_SEED + i. `tensors` varies the generator's options, `files` keeps to its defaults
 * with the options a site would set; add `--wild` or `--plain` to choose. Tensors pass through the server's own `normalise`.
 */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normalise } from "../src/solvers/text-image/normalise.ts";
import { debianGenerators } from "./debian-generators.ts";
import { generators as first, seedRandom, unseen } from "./generators.ts";
import { moreGenerators } from "./more-generators.ts";

const generators = { ...first, ...moreGenerators, ...debianGenerators };

const [mode, name = "", countText, seedText, out = "", flag] = process.argv.slice(2);
const generator = generators[name] ?? (mode === "files" ? unseen[name] : undefined);
if (generator === undefined || (mode !== "tensors" && mode !== "files") || out === "") {
  throw new Error(
    `usage: draw.ts tensors|files GENERATOR COUNT FIRST_SEED OUT; generators: ${Object.keys(generators).join(", ")}`,
  );
}
const wild = flag === "--wild" || (mode === "tensors" && flag !== "--plain");
const count = Number(countText);
const firstSeed = Number(seedText);

if (mode === "files") {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "labels.tsv"), "");
}
const tensors: Uint8Array[] = [];
const labels: string[] = [];
for (let i = 0; i < count; i++) {
  seedRandom(firstSeed + i);
  const sample = await generator(wild);
  if (mode === "files") {
    const file = `${name}-${firstSeed + i}.${sample.extension}`;
    writeFileSync(join(out, file), sample.file);
    appendFileSync(join(out, "labels.tsv"), `${file}\t${sample.answer}\t${sample.text}\n`);
    continue;
  }
  tensors.push(await normalise(sample.file));
  labels.push(sample.text);
}
if (mode === "tensors") {
  writeFileSync(`${out}.bin.part`, Buffer.concat(tensors));
  writeFileSync(`${out}.txt`, `${labels.join("\n")}\n`);
  renameSync(`${out}.bin.part`, `${out}.bin`); // last, so that a reader never sees half a shard
}
