import { readFile } from "node:fs/promises";
import { codeOf } from "../../base/errors.ts";

/** A process, safe against its number being used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** From the kernel; null where it does not tell (not Linux). */
  readonly startTime: string | null;
}

/** The living process with this number; null if there is none (a zombie is dead). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  if (!isSignalable(pid)) return null;
  if (process.platform !== "linux") return { pid, startTime: null };
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  const { state, startTime } = parseStat(stat);
  return state === "Z" || state === "X" ? null : { pid, startTime };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== null && now.startTime === identity.startTime;
}

/** State and start time from /proc/PID/stat. The program's name, in parentheses, may hold anything. */
export function parseStat(stat: string): { state: string; startTime: string } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}

function isSignalable(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
