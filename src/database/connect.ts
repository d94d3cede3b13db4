import { announced } from "../base/announce.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/options.ts";
import type { Database } from "./database.ts";
import { startEmbedded } from "./embedded/start-embedded.ts";
import { migrateJobs } from "./jobs.ts";
import { migrate, type MigrateOptions } from "./migrate.ts";
import { openPool, type PoolOptions } from "./pool.ts";
import { placeOf, refusalOf, refuseOldServer, type Place } from "./refusals.ts";

export interface Connected {
  readonly database: Database;
  /** Where it is, for parts that need connections of their own. */
  readonly connection: PoolOptions["connection"];
  /** Whether this process alone works on the database. */
  readonly alone: boolean;
  /** Names of the migrations that were applied now. */
  readonly migrated: readonly string[];
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** 0 for work that may take as long as it takes; the pool's own limit unless told. */
  readonly timeoutMs?: number | undefined;
  /** The newest migration to apply. */
  readonly upTo?: number;
  /**
   * Its abort gives the opening up, also while that waits; what was started is stopped again. A guest's connections
   * break at it later too, so that its work ends; a server ends its own in order.
   */
  readonly signal?: AbortSignal;
}

const NEVER = new AbortController().signal;

/**
 * Opens the configured database: the one at `databaseUrl`, else the embedded one in `dataDir`; and migrates it.
 * @throws OperatorError when it cannot be used for a reason that its operator can mend
 * @param as `server` owns the data directory; a `guest` (a command) uses what runs there or starts it for its own time
 */
export async function connect(
  config: Pick<Config, "databaseUrl" | "dataDir">,
  as: "server" | "guest",
  logger: Logger,
  { timeoutMs, upTo, signal = NEVER }: ConnectOptions = {},
): Promise<Connected> {
  const place = config.databaseUrl === null ? null : placeOf(config.databaseUrl);
  const embedded =
    config.databaseUrl === null
      ? await startEmbedded({ dataDir: config.dataDir, role: as, logger, signal })
      : null;
  const connection = config.databaseUrl ?? embedded?.connection ?? "";
  try {
    const unhurried = openPool({ connection, logger, size: 1, timeoutMs: 0, signal });
    const migrated = await bringUp(unhurried, place, { upTo, logger }).finally(() => unhurried.close());
    const jobs = migrateJobs(connection, logger, signal);
    await announced(logger, "the job queue's tables: another process may be migrating them", jobs);
    signal.throwIfAborted();
    const database = openPool({
      connection,
      logger,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(as === "guest" && { signal }),
    });
    return {
      database,
      connection,
      migrated,
      alone: embedded !== null && as === "server",
      close: async () => {
        await database.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw place === null ? error : refusalOf(error, place);
  }
}

async function bringUp(database: Database, place: Place | null, options: MigrateOptions): Promise<string[]> {
  if (place !== null) await refuseOldServer(database, place);
  return migrate(database, options);
}
