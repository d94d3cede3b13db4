import { createInterface } from "node:readline";
import { main } from "../../src/cli/main.ts";

/** Runs the command lines that come in, one JSON list of words a line, and answers each with a JSON line. */
const reply = process.stdout.write.bind(process.stdout);

for await (const line of createInterface({ input: process.stdin })) {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = (text: string | Uint8Array, ...rest: readonly unknown[]) => {
      said[stream] += String(text);
      const written = rest.at(-1);
      if (typeof written === "function") process.nextTick(written);
      return true;
    };
  }
  process.exitCode = 0;
  await main(JSON.parse(line) as string[]);
  reply(`${JSON.stringify({ code: process.exitCode, ...said })}\n`);
}
process.exitCode = 0;
