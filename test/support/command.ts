import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { cleanEnvironment } from "./process.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).href;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `glyphdesk` command from the sources, to its end. */
export async function runCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const script = `const { main } = await import(${JSON.stringify(MAIN)}); await main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, "--", ...words], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}
