import { parseArgs } from "node:util";
import { crashTest } from "../test/support/crash.ts";

/** `npm run chaos`: the long crash test, twenty kills by default. The seed is printed, so that a run can be repeated. */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    connections: { type: "string", default: "16" },
  },
});
process.stderr.write(`seed ${flags.seed}\n`);
const report = await crashTest({
  rounds: Number(flags.rounds),
  seed: Number(flags.seed),
  connections: Number(flags.connections),
  report: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
