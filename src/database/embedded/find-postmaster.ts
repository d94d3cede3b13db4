import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Layout } from "./layout.ts";
import { identifyProcess, type ProcessIdentity } from "./process-identity.ts";
import { SOCKET_PORT } from "./settings.ts";

/** What `postmaster.pid` says, as far as we need it. */
export interface PidFile {
  readonly pid: number;
  /** "starting", "ready", "stopping" or "standby"; empty while the file is young. */
  readonly status: string;
}

export function parsePidFile(text: string): PidFile {
  const lines = text.split("\n");
  return { pid: Number(lines[0] || Number.NaN), status: (lines[7] ?? "").trim() };
}

export async function readPidFile(cluster: string): Promise<PidFile | null> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => null);
  return text === null ? null : parsePidFile(text);
}

/**
 * The name that our postmaster carries on its command line. It is made from the directory itself (not
 * its path), so it stays right when the directory is moved and differs between two of them.
 */
export async function clusterTag(cluster: string): Promise<string> {
  const { dev, ino } = await stat(cluster);
  const hash = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 12);
  return `glyphdesk-${hash}`;
}

/** A running postmaster of our cluster. */
export interface FoundPostmaster {
  readonly process: ProcessIdentity;
  /** False: somebody started it by hand. */
  readonly ours: boolean;
  /** Its command line; empty where the system does not tell. */
  readonly argv: readonly string[];
}

/**
 * The postmaster that runs on this cluster, or null. `postmaster.pid` alone does not tell: it outlives
 * a killed postmaster, and its number may by now belong to anything, also to the postmaster of
 * another Glyphdesk (likely after a reboot).
 */
export async function findPostmaster(cluster: string, tag: string): Promise<FoundPostmaster | null> {
  const pid = (await readPidFile(cluster))?.pid;
  if (pid === undefined) return null;
  const process = await identifyProcess(pid);
  if (process === null) return null;
  const argv = await commandLine(pid);
  const verdict = judgeCommandLine(argv, tag);
  if (verdict === "other") return null;
  if (verdict === "unknown" && (await worksElsewhere(pid, cluster))) return null;
  return { process, argv, ours: verdict === "ours" };
}

/** Whether a command line is that of our postmaster. "unknown": a PostgreSQL that somebody started by hand. */
export function judgeCommandLine(argv: readonly string[], tag: string): "ours" | "other" | "unknown" {
  if (path.basename(argv[0] ?? "") !== "postgres") return "other";
  const name = argv.find((argument) => argument.startsWith("cluster_name=glyphdesk-"));
  if (name === undefined) return "unknown";
  return name === `cluster_name=${tag}` ? "ours" : "other";
}

/** A postmaster's working directory is its cluster. Where we may not look, we assume that it is ours. */
async function worksElsewhere(pid: number, cluster: string): Promise<boolean> {
  try {
    const [theirs, ours] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(cluster)]);
    return theirs.dev !== ours.dev || theirs.ino !== ours.ino;
  } catch {
    return false;
  }
}

/**
 * Removes the pid file and the socket's lock file of a postmaster that is gone. PostgreSQL itself only
 * does so when the number in them is unused, and a zombie or a stranger may have it.
 */
export async function clearStaleFiles({ cluster, runDir }: Layout): Promise<void> {
  await rm(path.join(cluster, "postmaster.pid"), { force: true });
  await rm(path.join(runDir, `.s.PGSQL.${SOCKET_PORT}.lock`), { force: true });
}

async function commandLine(pid: number): Promise<string[]> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.split("\0").slice(0, -1);
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]);
  return stdout.trim().split(" ");
}
