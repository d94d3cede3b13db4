import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./process.ts";

const CHILD = fileURLToPath(new URL("commands-child.ts", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `glyphdesk` command to its end. */
export type RunCommand = (...words: readonly string[]) => Promise<Ended>;

/**
 * `glyphdesk` commands from the sources, one after the other in one process of their own: a command takes some 20 ms, the
 * start of a process as long as fifty of them, and many times that on a busy machine. Call it at the top level of a file.
 */
export function startCommands(environment: Readonly<Record<string, string>>): RunCommand {
  const child = spawn(process.execPath, [CHILD], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  after(async () => {
    child.stdin.end();
    await exited;
  });
  let last: Promise<unknown> = Promise.resolve();
  return (...words) => {
    const run = last.then(async () => {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`glyphdesk ${words.join(" ")} ended its process`);
      return JSON.parse(value) as Ended;
    });
    last = run.catch(() => undefined);
    return run;
  };
}

/** The JSON that a command answers with. @throws with its stderr when it fails */
export async function answerOf(run: Promise<Ended>): Promise<unknown> {
  const { code, stdout, stderr } = await run;
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
