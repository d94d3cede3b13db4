import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, OperatorError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { clusterTag, findPostmaster } from "./find-postmaster.ts";
import { ensureDatabase, type EmbeddedConnection } from "./first-connection.ts";
import { prepareHome, type Home } from "./home.ts";
import { boundLog } from "./log-file.ts";
import { bootPostmaster, OutOfSightError, stopPostmaster, type Postmaster, type Site } from "./postmaster.ts";
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
}

const HOUSEKEEPING_INTERVAL_MS = 60_000;
/** How long a first start waits for what a killed database left behind: orphans that still run. */
const LEFTOVER_PATIENCE_MS = 60_000;
const NEVER = new AbortController().signal;

/** Starts the embedded PostgreSQL, or joins the one that runs. The overview is in `docs/embedded-postgresql.md`. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  try {
    const home = await prepareHome(options.dataDir);
    return await (options.role === "server"
      ? startServer(home, options.logger)
      : startGuest(home, options.logger));
  } catch (error) {
    throw explained(error, options.dataDir);
  }
}

async function startServer(home: Home, logger: Logger): Promise<EmbeddedServer> {
  const owner = await claimOwnership(home);
  const presence = new Presence(home.layout);
  try {
    await presence.join();
    const { site, postmaster, connection } = await bringUp(home, presence, logger);
    if (postmaster === null) throw new OutOfSightError(home.layout.dataDir);
    const supervisor = new Supervisor(postmaster, {
      logger,
      boot: async (signal) =>
        withBootLock(home.layout, signal, async () =>
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
          await withBootLock(home.layout, NEVER, async () => stopRunning(home, logger));
        } finally {
          presence.leave();
          owner.release();
        }
      }),
    };
  } catch (error) {
    await giveUp(home, presence, logger);
    owner.release();
    throw error;
  }
}

async function startGuest(home: Home, logger: Logger): Promise<EmbeddedServer> {
  const presence = new Presence(home.layout);
  try {
    await presence.join();
    const { connection } = await bringUp(home, presence, logger);
    return { connection, stop: once(async () => endVisit(home, presence, logger)) };
  } catch (error) {
    await giveUp(home, presence, logger);
    throw error;
  }
}

/** After a failed start: stops what may already run. The failure itself is what the caller has to hear. */
async function giveUp(home: Home, presence: Presence, logger: Logger): Promise<void> {
  await endVisit(home, presence, logger).catch(() => presence.leave());
}

/** The last one to leave turns the light off. */
async function endVisit(home: Home, presence: Presence, logger: Logger): Promise<void> {
  await withBootLock(home.layout, NEVER, async () => {
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
async function bringUp(home: Home, presence: Presence, logger: Logger): Promise<Running> {
  return withBootLock(home.layout, NEVER, async () => {
    const { layout, identity } = home;
    const binaries = await findBinaries(identity, layout.runtimeDir);
    if ((await ensureCluster(home, binaries)) === "created") {
      logger.info({ directory: layout.home }, "created the embedded database");
    }
    const host = await reachableSocketDirectory(layout.runDir);
    const site: Site = { home, binaries, logger, socketDirectory: host };
    const postmaster = await bootPatiently(site, () => presence.isAlone());
    const connection = { host, port: SOCKET_PORT, user: DATABASE_USER, database: DATABASE_NAME };
    await ensureDatabase(connection);
    return { site, postmaster, connection };
  });
}

/** Boots, and tries again while orphans of a killed postmaster still hold its shared memory. */
async function bootPatiently(site: Site, mayReplace: () => boolean): Promise<Postmaster | null> {
  const end = performance.now() + LEFTOVER_PATIENCE_MS;
  for (;;) {
    try {
      return await bootPostmaster(site, { signal: NEVER, mayReplace });
    } catch (error) {
      if (error instanceof OutOfSightError) return null;
      if (!/pre-existing shared memory/.test(messageOf(error)) || performance.now() > end) throw error;
      site.logger.info({}, "waiting for processes of an earlier database to end");
      await sleep(500);
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
