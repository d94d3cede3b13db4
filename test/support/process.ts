import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export interface ChildServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it wrote to stderr so far. */
  stderr(): string;
  /** Sends the signal and waits for the end. @returns the exit code, or null when a signal ended it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Launched {
  readonly process: ChildProcess;
  /** What it wrote so far. */
  stdout(this: void): string;
  stderr(this: void): string;
  /** Waits until its stderr matches. @throws with its stderr when it ends before that */
  said(pattern: RegExp): Promise<void>;
  /** The exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Starts a program, whatever becomes of it. */
export function launch(
  [program = "", ...words]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Launched {
  const child = spawn(program, words, {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exited = once(child, "exit").then(() => child.exitCode);
  const ended = exited.then((code) => {
    throw new Error(`${[program, ...words].join(" ")} ended too early (${code}):\n${stderr}`);
  });
  ended.catch(() => undefined);
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    async said(pattern) {
      while (!pattern.test(stderr)) await Promise.race([once(child.stderr, "data"), ended]);
    },
    exited,
  };
}

/**
 * Starts a program that prints one JSON line with its `url` on stdout when ready.
 * @throws with its stderr when it ends before that
 */
export async function startProcess(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ChildServer> {
  const { process: child, stderr, exited } = launch(command, environment);
  assert(child.stdout);
  const lines = createInterface({ input: child.stdout });
  const ready = await Promise.race([
    once(lines, "line").then(([line]) => JSON.parse(String(line)) as { url: string }),
    exited.then(() => null),
  ]);
  if (ready === null) throw new Error(`${command.join(" ")} ended before it was ready:\n${stderr()}`);
  return {
    url: ready.url,
    process: child,
    stderr,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return exited;
    },
  };
}

/**
 * The environment without options of Glyphdesk that happen to be set where the tests run. The program is started as its
 * user would, by its first line, so the Node of the tests has to be the first that is found.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("GLYPHDESK_") && name !== "NODE_TEST_CONTEXT",
  );
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`;
  return { ...Object.fromEntries(kept), PATH: path };
}

/** The built server on any free port. */
export function startGlyphdesk(environment: Readonly<Record<string, string>>): Promise<ChildServer> {
  return startProcess(["./bin/glyphdesk.js", "serve"], { GLYPHDESK_PORT: "0", ...environment });
}

/** Runs a command of the built program on a data directory and answers its stdout. */
export async function glyphdesk(dataDir: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("./bin/glyphdesk.js", [...words, "--data-dir", dataDir], {
    env: cleanEnvironment(),
  });
  return stdout;
}
