import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { silentLogger } from "../../src/base/logger.ts";
import { clusterTag, findPostmaster } from "../../src/database/embedded/find-postmaster.ts";
import type { EmbeddedConnection } from "../../src/database/embedded/first-connection.ts";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import { isAlive } from "../../src/database/embedded/process-identity.ts";
import { startEmbedded, type EmbeddedServer } from "../../src/database/embedded/start-embedded.ts";

export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65534;

/** Tests sync a lot: in memory where there is plenty, so that they do not wait for a busy disk. */
async function makeBase(prefix: string): Promise<string> {
  const memory = await statfs("/dev/shm").catch(() => null);
  const roomy = memory !== null && memory.bavail * memory.bsize > 2e9;
  return mkdtemp(path.join(roomy ? "/dev/shm" : tmpdir(), prefix));
}

const cleanups = new WeakMap<TestContext, Array<() => Promise<unknown>>>();

/** Like `t.after`, but last in, first out: what was made last is ended first. */
export function afterwards(t: TestContext, work: () => Promise<unknown>): void {
  const known = cleanups.get(t);
  if (known !== undefined) {
    known.push(work);
    return;
  }
  const stack = [work];
  cleanups.set(t, stack);
  t.after(async () => {
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) await next();
  });
}

/** `startEmbedded` in this process, stopped with the test if it is not before. */
export async function start(
  t: TestContext,
  dataDir: string,
  role: "server" | "guest" = "server",
): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, role, logger: silentLogger });
  afterwards(t, async () => server.stop());
  return server;
}

/** A data directory below a closed (0700) temporary one; afterwards its postmaster is stopped and all is removed. */
export async function makeDataDir(t: TestContext, owner?: number): Promise<string> {
  const base = await makeBase("glyphdesk-test-");
  if (owner !== undefined) await chown(base, owner, owner);
  const dataDir = path.join(base, "data");
  afterwards(t, async () => {
    await endPostmaster(dataDir);
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  });
  return dataDir;
}

/** The pid of the postmaster that runs on a data directory, or null. */
export async function postmasterPid(dataDir: string): Promise<number | null> {
  const { cluster } = layoutOf(dataDir);
  const tag = await clusterTag(cluster).catch(() => null);
  if (tag === null) return null;
  return (await findPostmaster(cluster, tag))?.process.pid ?? null;
}

/** Kills the postmaster the hard way and waits until it is gone. */
export async function endPostmaster(
  dataDir: string,
  signal: NodeJS.Signals = "SIGQUIT",
): Promise<number | null> {
  const { cluster } = layoutOf(dataDir);
  const tag = await clusterTag(cluster).catch(() => null);
  const found = tag === null ? null : await findPostmaster(cluster, tag);
  if (found === null) return null;
  process.kill(found.process.pid, signal);
  await eventually(async () => !(await isAlive(found.process)));
  return found.process.pid;
}

/** Polls until the condition is truthy and returns what it gave. */
export async function eventually<T>(condition: () => Promise<T> | T, timeoutMs = 20_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}

/** One statement on a connection of its own; the rows. */
export async function query(
  connection: EmbeddedConnection,
  sql: string,
): Promise<Array<Record<string, unknown>>> {
  const client = new Client({ ...connection });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same, but null while the database cannot be reached. */
export async function tryQuery(
  connection: EmbeddedConnection,
  sql: string,
): Promise<Array<Record<string, unknown>> | null> {
  return query(connection, sql).catch(() => null);
}

export interface ChildMessage {
  readonly event: "up" | "failed";
  readonly connection: EmbeddedConnection;
  readonly kind?: string;
  readonly message?: string;
}

export interface EmbeddedChild {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly answer: Promise<ChildMessage>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** `startEmbedded` in a process of its own, ended with the test if it is not before. */
export function startChild(
  t: TestContext,
  dataDir: string,
  options: { readonly role?: "server" | "guest"; readonly uid?: number } = {},
): EmbeddedChild {
  const script = fileURLToPath(new URL("embedded-child.ts", import.meta.url));
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const child = spawn(process.execPath, [script, dataDir, options.role ?? "server"], {
    cwd: "/",
    stdio: ["ignore", "pipe", "inherit"],
    ...identity,
  });
  const ended = once(child, "exit");
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  afterwards(t, async () =>
    child.exitCode === null && child.signalCode === null ? kill("SIGKILL") : undefined,
  );
  return { process: child, pid: child.pid ?? 0, answer: firstLine(child, ended), kill };
}

async function firstLine(child: ChildProcess, ended: Promise<unknown>): Promise<ChildMessage> {
  if (child.stdout === null) throw new Error("no output");
  const line = once(createInterface(child.stdout), "line");
  const first = await Promise.race([line, ended.then(async () => Promise.race([line, sleep(1_000)]))]);
  if (!Array.isArray(first)) throw new Error("the child ended without a word");
  return JSON.parse(String(first[0])) as ChildMessage;
}

/** Entries of the database's home directory whose name starts so. */
export async function homeEntries(dataDir: string, prefix: string): Promise<string[]> {
  const names = await readdir(layoutOf(dataDir).home).catch(() => []);
  return names.filter((name) => name.startsWith(prefix));
}

/** Whether an unprivileged user can run this checkout's code. */
export async function openToOthers(t: TestContext): Promise<boolean> {
  const probe = spawn(process.execPath, [fileURLToPath(new URL("embedded-child.ts", import.meta.url)), ""], {
    cwd: "/",
    stdio: "ignore",
    uid: NOBODY,
    gid: NOBODY,
  });
  const [code] = (await Promise.race([once(probe, "exit"), once(probe, "error").then(() => [-1])])) as [
    number,
  ];
  if (code !== 1) t.diagnostic(`the checkout is closed to others (${code})`);
  return code === 1;
}
