import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startGlyphdesk, startProcess } from "../test/support/process.ts";
import { createAndAwait, measure, type Sample, type Work } from "./support/measure.ts";

/**
 * `npm run bench`: the built server on its embedded database, with a solver that answers at once, against a bare
 * Fastify that echoes the same JSON, in the same run on the same machine. Only the ratios mean anything elsewhere.
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    warm: { type: "string", default: "8" },
    connections: { type: "string", default: "1,16,64,256" },
    json: { type: "boolean", default: false },
  },
});
const KEY = "bench-key-0001";
const seconds = Number(flags.seconds);

const picture = await readFile(new URL("../docs/example.png", import.meta.url));
const createBody = JSON.stringify({
  clientKey: KEY,
  task: { type: "ImageToTextTask", body: picture.toString("base64") },
});

const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-bench-"));
const environment = {
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_BALANCE: "1000000",
  GLYPHDESK_SOLVERS: "./bench/no-op-solver.js",
  GLYPHDESK_POLL_LIMIT: "1000000000",
};
const echo = await startProcess([process.execPath, "bench/echo-server.ts"]);
const startDesk = () => startGlyphdesk({ ...environment, GLYPHDESK_DATA_DIR: join(dataDir, "desk") });
/** Solves what it accepts. Started twice, so that it remembers nothing of its first task and has to look it up. */
let desk = await startDesk();
const earlier = await oneSolvedTask();
await desk.stop();
desk = await startDesk();
/** Only accepts tasks, as the API nodes of a larger desk do: createTask alone, without the solving beside it. */
const intake = await startGlyphdesk({
  ...environment,
  GLYPHDESK_ROLE: "api",
  GLYPHDESK_DATA_DIR: join(dataDir, "intake"),
});

try {
  const create: Work = async (send) => void (await send("/createTask", createBody));
  const reading = (taskId: number): Work => {
    const body = JSON.stringify({ clientKey: KEY, taskId });
    return async (send) => void (await send("/getTaskResult", body));
  };
  const read = reading(earlier);
  // What was solved lately is answered from memory: that is what clients ask for. So its task is made just before.
  const comparisons: { name: string; at: string; goal?: number; ours: () => Promise<Work>; theirs: Work }[] =
    [
      { name: "createTask", at: intake.url, goal: 0.5, ours: async () => create, theirs: create },
      {
        name: "getTaskResult",
        at: desk.url,
        goal: 0.8,
        ours: async () => reading(await oneSolvedTask()),
        theirs: read,
      },
      { name: "… read anew", at: desk.url, ours: async () => read, theirs: read },
      {
        name: "create→ready",
        at: desk.url,
        goal: 0.4,
        ours: async () => createAndAwait(KEY, createBody),
        theirs: async (send) => {
          await create(send);
          await read(send);
        },
      },
    ];
  // A desk runs for days: in the first 20,000 requests a tenth of the server's time goes into compiling itself, and
  // each connection of the database meets its buffers for the first time.
  for (const { at, ours, theirs } of comparisons) {
    await measure(at, 64, Number(flags.warm), await ours());
    await measure(echo.url, 64, 1, theirs);
  }
  const results: object[] = [];
  for (const { name, at, goal, ours, theirs } of comparisons) {
    for (const connections of flags.connections.split(",").map(Number)) {
      // The yardstick is measured before and after, so that a machine that slows down meanwhile does not flatter us.
      const before = await measure(echo.url, connections, seconds / 2, theirs);
      const sample = await measure(at, connections, seconds, await ours());
      const after = await measure(echo.url, connections, seconds / 2, theirs);
      const yardstick = (before.perSecond + after.perSecond) / 2;
      const ratio = sample.perSecond / yardstick;
      results.push({ name, connections, ratio, goal, yardstick, ...sample });
      if (!flags.json) process.stdout.write(`${row(name, connections, ratio, yardstick, sample)}\n`);
    }
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(results)}\n`);
} finally {
  await Promise.all([desk.stop(), intake.stop(), echo.stop()]);
  await rm(dataDir, { recursive: true, force: true });
}

async function oneSolvedTask(): Promise<number> {
  const ask = async (method: string, body: string) => {
    const answer = await fetch(`${desk.url}/${method}`, { method: "POST", body });
    return (await answer.json()) as { taskId?: number; status?: string };
  };
  const { taskId = 0 } = await ask("createTask", createBody);
  while ((await ask("getTaskResult", JSON.stringify({ clientKey: KEY, taskId }))).status !== "ready");
  return taskId;
}

function row(name: string, connections: number, ratio: number, yardstick: number, sample: Sample): string {
  const cells = [
    name.padEnd(14),
    `${connections} conn`.padStart(9),
    `${sample.perSecond.toFixed(0)}/s`.padStart(9),
    `echo ${yardstick.toFixed(0)}/s`.padStart(13),
    `ratio ${ratio.toFixed(2)}`,
    `p50 ${sample.p50.toFixed(2)} ms`.padStart(13),
    `p99 ${sample.p99.toFixed(2)} ms`.padStart(14),
  ];
  return cells.join("  ");
}
