import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { POSTGRES_ENVIRONMENT, type Binaries } from "./binaries.ts";
import { clearStaleFiles, clusterTag, findPostmaster, readPidFile } from "./find-postmaster.ts";
import type { FoundPostmaster } from "./find-postmaster.ts";
import type { Home } from "./home.ts";
import { boundLog, logSize, logTail, openLog } from "./log-file.ts";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { isListening } from "./socket-directory.ts";
import { ownDirectory, postmasterArguments } from "./settings.ts";

/** Everything that starting the postmaster takes. */
export interface Site {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly logger: Logger;
  /** The path by which the socket's directory can be addressed. */
  readonly socketDirectory: string;
}

/** A database answers, but its process is not to be seen: it runs in another container on the same volume. */
export class OutOfSightError extends OperatorError {
  constructor(dataDir: string) {
    super(
      `The database in ${dataDir} is run by a process that cannot be seen from here, probably in another container. ` +
        "Starting a second one would destroy the data. Stop the other one first.",
    );
  }
}

/** A running postmaster. */
export interface Postmaster {
  readonly process: ProcessIdentity;
  /** Settles when it ends, if it is our child; an adopted one can only be watched by its number. */
  readonly exited: Promise<void> | null;
}

export interface BootOptions {
  readonly signal: AbortSignal;
  /** Whether nobody else uses the database, so that one with an older command line may be replaced. */
  readonly mayReplace: () => boolean;
}

/** Adopts the postmaster that runs on the cluster, or starts one; resolves when it takes connections. */
export async function bootPostmaster(site: Site, options: BootOptions): Promise<Postmaster> {
  options.signal.throwIfAborted();
  const { cluster } = site.home.layout;
  const tag = await clusterTag(cluster);
  const command = postmasterCommand(site, tag);
  const found = await findPostmaster(cluster, tag);
  if (found !== null) {
    const adopted = await adopt(site, found, command, options);
    if (adopted !== null) return adopted;
  }
  if (await isListening(site.socketDirectory)) throw new OutOfSightError(site.home.layout.dataDir);
  await clearStaleFiles(site.home.layout);
  return startPostmaster(site, command, options.signal);
}

function postmasterCommand({ home, binaries }: Site, tag: string): string[] {
  const directory = ownDirectory(process.platform, home.layout.cluster);
  return [path.join(binaries.root, "bin", "postgres"), ...postmasterArguments(directory, tag)];
}

/** Null: it ended (by itself or by us), and another one may be started. */
async function adopt(
  site: Site,
  found: FoundPostmaster,
  command: readonly string[],
  { signal, mayReplace }: BootOptions,
): Promise<Postmaster | null> {
  const { logger, home } = site;
  const { pid } = found.process;
  if (!found.ours) {
    throw new OperatorError(
      `PostgreSQL process ${pid}, which Glyphdesk did not start, uses ${home.layout.cluster}. ` +
        `Stop it (kill -INT ${pid}) and start again.`,
    );
  }
  const postmaster = { process: found.process, exited: null };
  if (found.argv.join(" ") !== command.join(" ") && mayReplace()) {
    logger.info({ pid }, "restarting a database left running by another version or with other settings");
    await stopPostmaster(postmaster, logger);
    return null;
  }
  if ((await readPidFile(home.layout.cluster))?.status === "stopping") {
    // Somebody told it to stop when its clients are gone, which could be never.
    await stopPostmaster(postmaster, logger);
    return null;
  }
  if (!(await waitReady(site, postmaster, signal))) return null;
  logger.debug({ pid }, "using the database that is already running");
  return postmaster;
}

/**
 * Starts the postmaster in a session of its own and with its own log, so that it outlives us: killing
 * the server must not kill statements in the middle.
 */
async function startPostmaster(
  site: Site,
  command: readonly string[],
  signal: AbortSignal,
): Promise<Postmaster> {
  const { layout, identity } = site.home;
  await boundLog(layout.logFile, identity);
  const logStart = await logSize(layout.logFile);
  const log = await openLog(layout.logFile, identity);
  try {
    const [program = "", ...args] = command;
    const child = spawn(program, args, {
      cwd: layout.cluster,
      detached: true,
      env: POSTGRES_ENVIRONMENT,
      stdio: ["ignore", log.fd, log.fd],
      ...identity,
    });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    await once(child, "spawn");
    child.unref();
    const identified = await identifyProcess(child.pid ?? 0);
    const postmaster = identified === null ? null : { process: identified, exited };
    if (postmaster !== null && (await waitOrEnd(site, postmaster, signal))) return postmaster;
  } finally {
    await log.close();
  }
  throw new OperatorError(
    `The embedded database could not start. Its log (${layout.logFile}) ends with:\n${await logTail(layout.logFile, logStart)}`,
  );
}

/** As waitReady; when told to give up it takes the postmaster, which may not have a pid file yet, with it. */
async function waitOrEnd(site: Site, postmaster: Postmaster, signal: AbortSignal): Promise<boolean> {
  try {
    return await waitReady(site, postmaster, signal);
  } catch (error) {
    await stopPostmaster(postmaster, site.logger);
    throw error;
  }
}

/** Waits until it takes connections, for as long as its recovery takes; false if it ends instead. */
async function waitReady(site: Site, postmaster: Postmaster, signal: AbortSignal): Promise<boolean> {
  const { cluster } = site.home.layout;
  let nextNotice = performance.now() + 5_000;
  while (await isAlive(postmaster.process)) {
    const state = await readPidFile(cluster);
    if (state?.pid === postmaster.process.pid && state.status === "ready") return true;
    if (performance.now() > nextNotice) {
      site.logger.info({ status: state?.status }, "waiting for the database, which may be recovering");
      nextNotice += 10_000;
    }
    await sleep(15, undefined, { signal });
  }
  return false;
}

/** Milliseconds that a fast shutdown may take, then an immediate one, before the next harder step. */
const PATIENCE = { fast: 20_000, immediate: 30_000, kill: 5_000 } as const;

/** Fast shutdown: no new work, statements cancelled, a checkpoint. Immediate: as in a crash, nothing is lost. */
export async function stopPostmaster({ process }: Postmaster, logger: Logger): Promise<void> {
  signalPostmaster(process, "SIGINT");
  if (await goneWithin(process, PATIENCE.fast)) return;
  logger.warn({ pid: process.pid }, "the database did not stop in time; stopping it without a checkpoint");
  signalPostmaster(process, "SIGQUIT");
  if (await goneWithin(process, PATIENCE.immediate)) return;
  logger.error({ pid: process.pid }, "the database hangs; killing it");
  signalPostmaster(process, "SIGKILL");
  await goneWithin(process, PATIENCE.kill);
}

function signalPostmaster({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

async function goneWithin(process: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (await isAlive(process)) {
    if (performance.now() > end) return false;
    await sleep(15);
  }
  return true;
}
