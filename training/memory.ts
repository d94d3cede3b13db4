/**
 * Resident memory and speed of the solver with its threads, on the pictures that bench.ts has drawn.
 *   node training/memory.ts [THREADS=1]
 */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTextImageSolver } from "../src/solvers/text-image/text-image-solver.ts";

const threads = Number(process.argv[2] ?? 1);
const dir = fileURLToPath(new URL("cache/bench/svg-captcha-500001-500/", import.meta.url));
const images = readdirSync(dir)
  .filter((name) => name.endsWith(".png"))
  .map((name) => readFileSync(dir + name));
const context = { signal: new AbortController().signal, deadline: Date.now() + 600_000 };
const report = (what: string): void =>
  console.log(`${what.padEnd(28)} ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);

report("before");
const solver = createTextImageSolver({ threads });
await solver.start?.();
report(`${threads} threads, idle`);
for (let round = 1; round <= 5; round++) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(
    images.map((image) => solver.solve({ type: "ImageToTextTask", fields: {}, image, attempt: 1 }, context)),
  );
  const { user, system } = process.cpuUsage(before);
  const perSecond = (images.length / (performance.now() - started)) * 1000;
  const cpu = (user + system) / 1000 / images.length;
  report(`round ${round}: ${perSecond.toFixed(0)}/s, ${cpu.toFixed(1)} ms CPU`);
}
await solver.stop?.();
report("stopped");
