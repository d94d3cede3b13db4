import { setTimeout as sleep } from "node:timers/promises";
import { announced } from "../../base/announce.ts";
import { messageOf, OperatorError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { clusterTag, findPostmaster } from "./find-postmaster.ts";
import { ensureDatabase, type EmbeddedConnection } from "./first-connection.ts";
import { prepareHome, type Home } from "./home.ts";
import { boundLog } from "./log-file.ts";
import { bootPostmaster, OutOfSightError, stopPostmaster } from "./postmaster.ts";
import type { BootOptions, Postmaster, Site } from "./postmaster.ts";
import { claimOwnership, Presence, withBootLock } from "./presence.ts";
import { DATABASE_NAME, DATABASE_USER, SOCKET_PORT } from "./settings.ts";
import { reachableSocketDirectory, removeSocketAlias } from "./socket-directory.ts";
import { Supervisor } from "./supervisor.ts";

export interface EmbeddedServer {
  readonly connection: EmbeddedConnection;
  /**
   * Gives the database up; idempotent. A server stops it (fast shutdown, waited for). A guest stops it
   * only if it is the last one to use it, so never under a server or another guest.
   */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** "server": the one long-running owner of the directory. "guest": a command, with or without a server. */
  readonly role: "server" | "guest";
  readonly logger: Logger;
  /** Its abort gives the start up, also while that waits; a database that it started is stopped again. */
  readonly signal?: AbortSignal;
}

const HOUSEKEEPING_INTERVAL_MS = 60_000;
/** How long a first start waits for what a killed database left behind: orphans that still run. */
const LEFTOVER_PATIENCE_MS = 60_000;
/** How long a start that is given up waits for the boot lock, to stop a database that nobody else uses. */
const GIVE_UP_PATIENCE_MS = 1_000;
const NEVER = new AbortController().signal;

/** What every step of a start takes. */
interface Visit {
  readonly home: Home;
  readonly presence: Presence;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Starts the embedded PostgreSQL, or joins the one that runs. The overview is in `docs/embedded-postgresql.md`. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  try {
    const { logger, signal = NEVER } = options;
    const home = await prepareHome(options.dataDir);
    const visit = { home, presence: new Presence(home.layout), logger, signal };
    return await (options.role === "server" ? startServer(visit) : startGuest(visit));
  } catch (error) {
    throw explained(error, options.dataDir);
  }
}

async function startServer(visit: Visit): Promise<EmbeddedServer> {
  const { home, presence, logger } = visit;
  const owner = await claimOwnership(home);
  try {
    await presence.join(logger, visit.signal);
    const { site, postmaster, connection } = await bringUp(visit);
    if (postmaster === null) throw new OutOfSightError(home.layout.dataDir);
    const supervisor = new Supervisor(postmaster, {
      logger,
      boot: async (signal) =>
        withBootLock(home.layout, { logger, signal }, async () =>
          bootPostmaster(site, { signal, mayReplace: () => false }),
        ),
    });
    const housekeeping = setInterval(() => void keepHouse(home, logger), HOUSEKEEPING_INTERVAL_MS).unref();
    return {
      connection,
      stop: once(async () => {
        clearInterval(housekeeping);
        await supervisor.stop();
        try {
          await withBootLock(home.layout, { logger, signal: NEVER }, async () => stopRunning(home, logger));
        } finally {
          presence.leave();
          owner.release();
        }
      }),
    };
  } catch (error) {
    await giveUp(visit);
    owner.release();
    throw error;
  }
}

async function startGuest(visit: Visit): Promise<EmbeddedServer> {
  try {
    await visit.presence.join(visit.logger, visit.signal);
    const { connection } = await bringUp(visit);
    return { connection, stop: once(async () => endVisit({ ...visit, signal: NEVER })) };
  } catch (error) {
    await giveUp(visit);
    throw error;
  }
}

/**
 * After a failed start: stops what may already run. The failure itself is what the caller has to hear. Who was told to
 * stop does not wait long for the boot lock: whoever holds it starts or stops the database for itself, and will see to it.
 */
async function giveUp(visit: Visit): Promise<void> {
  const signal = visit.signal.aborted ? AbortSignal.timeout(GIVE_UP_PATIENCE_MS) : NEVER;
  await endVisit({ ...visit, signal }).catch(() => visit.presence.leave());
}

/** The last one to leave turns the light off. */
async function endVisit({ home, presence, logger, signal }: Visit): Promise<void> {
  await withBootLock(home.layout, { logger, signal }, async () => {
    presence.leave();
    if (presence.isAlone()) await stopRunning(home, logger);
  });
}

interface Running {
  readonly site: Site;
  /** Null: it runs, but in another container. */
  readonly postmaster: Postmaster | null;
  readonly connection: EmbeddedConnection;
}

/** Everything from an empty directory to a database that answers; whatever is there already is used. */
async function bringUp({ home, presence, logger, signal }: Visit): Promise<Running> {
  return withBootLock(home.layout, { logger, signal }, async () => {
    const { layout, identity } = home;
    const binaries = await findBinaries(identity, layout.runtimeDir);
    if ((await ensureCluster(home, binaries)) === "created") {
      logger.info({ directory: layout.home }, "created the embedded database");
    }
    const host = await reachableSocketDirectory(layout.runDir);
    const site: Site = { home, binaries, logger, socketDirectory: host };
    const postmaster = await bootPatiently(site, { signal, mayReplace: () => presence.isAlone() });
    const connection = { host, port: SOCKET_PORT, user: DATABASE_USER, database: DATABASE_NAME };
    const answers = ensureDatabase(connection, signal);
    await announced(logger, "the database to take connections; it may be recovering from a crash", answers);
    return { site, postmaster, connection };
  });
}

/** Boots, and tries again while orphans of a killed postmaster still hold its shared memory. */
async function bootPatiently(site: Site, options: BootOptions): Promise<Postmaster | null> {
  const end = performance.now() + LEFTOVER_PATIENCE_MS;
  for (;;) {
    try {
      return await bootPostmaster(site, options);
    } catch (error) {
      if (error instanceof OutOfSightError) return null;
      if (!/pre-existing shared memory/.test(messageOf(error)) || performance.now() > end) throw error;
      site.logger.info({}, "waiting for processes of an earlier database to end");
      await sleep(500, undefined, { signal: options.signal });
    }
  }
}

async function stopRunning({ layout }: Home, logger: Logger): Promise<void> {
  const found = await findPostmaster(layout.cluster, await clusterTag(layout.cluster));
  if (found?.ours === true) await stopPostmaster({ process: found.process, exited: null }, logger);
  await removeSocketAlias(layout.runDir);
}

async function keepHouse({ layout, identity }: Home, logger: Logger): Promise<void> {
  try {
    await boundLog(layout.logFile, identity);
    await reachableSocketDirectory(layout.runDir);
  } catch (error) {
    logger.warn({}, `housekeeping of the embedded database failed: ${messageOf(error)}`);
  }
}

/** Every caller gets the promise of the first call. */
function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | null = null;
  return async () => (result ??= work());
}

/** Errors of the file system become a sentence; others stay as they are. */
function explained(error: unknown, dataDir: string): unknown {
  if (error instanceof OperatorError || !(error instanceof Error) || !("syscall" in error)) return error;
  return new OperatorError(
    `The data directory ${dataDir} cannot be used: ${error.message}. ` +
      "Check its owner, its permissions and the free space, or choose another one with GLYPHDESK_DATA_DIR.",
    { cause: error },
  );
}
