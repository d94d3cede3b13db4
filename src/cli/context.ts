import { Option as Flag, type Command } from "commander";
import { pino } from "pino";
import { OperatorError } from "../base/errors.ts";
import { loggedError, type Logger } from "../base/logger.ts";
import { loadConfig } from "../config/load.ts";
import { flagOf, OPTIONS, type Config, type Option, type OptionName } from "../config/options.ts";
import { connect, type Connected, type ConnectOptions } from "../database/connect.ts";
import type { Database } from "../database/database.ts";
import { lossOf } from "../database/refusals.ts";
import { listenForStop } from "./stop-signals.ts";

/** Adds options from the table to a command, as flags. Secrets have none: a command line can be read by others. */
export function withOptions(command: Command, names: readonly OptionName[]): Command {
  for (const name of names) {
    const option: Option<unknown> = OPTIONS[name];
    if (option.secret) continue;
    const shown = option.fallback ? ` (default: ${option.fallback})` : "";
    command.addOption(new Flag(`--${flagOf(option)} <value>`, `${option.describe} [${option.env}]${shown}`));
  }
  return command;
}

/** The configuration from a command's flags and the environment. */
export function readConfig(flags: Readonly<Record<string, unknown>>): Config {
  const given: Partial<Record<OptionName, string>> = {};
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const value = flags[camelCase(flagOf(OPTIONS[name]))];
    if (typeof value === "string") given[name] = value;
  }
  return loadConfig(process.env, given);
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A logger on stderr, as JSON lines. */
export function makeLogger(config: Pick<Config, "logLevel">): Logger {
  const destination = pino.destination({ fd: 2, sync: true });
  // The terminal may be gone (EIO): then there is nowhere to log to, and that must not end a server that is stopping.
  destination.on("error", () => undefined);
  const serializers = { err: (error: unknown) => loggedError(error) };
  return pino({ level: config.logLevel, base: null, serializers }, destination);
}

/** Runs `work` on the configured database, whether or not a server is running on it. */
export async function withDatabase<Result>(
  flags: Readonly<Record<string, unknown>>,
  work: (database: Database, config: Config) => Promise<Result>,
  timeoutMs?: number,
): Promise<Result> {
  const config = readConfig(flags);
  // A command reports by itself; only real trouble of the database is worth a log line between its output.
  const logger = makeLogger({ logLevel: config.logLevel === "info" ? "error" : config.logLevel });
  return asGuest(config, logger, { timeoutMs }, ({ database }) => work(database, config));
}

/**
 * Opens the configured database for the time of `work`. What this started is stopped again, however `work` ends: a signal
 * breaks its connections.
 */
export async function asGuest<Result>(
  config: Config,
  logger: Logger,
  options: Omit<ConnectOptions, "signal">,
  work: (connected: Connected) => Result | Promise<Result>,
): Promise<Result> {
  const stop = listenForStop(logger);
  try {
    const connected = await connect(config, "guest", logger, { ...options, signal: stop.signal });
    try {
      return await work(connected);
    } finally {
      await connected.close();
    }
  } catch (error) {
    throw stop.signal.aborted ? new OperatorError("stopped by a signal") : lossOf(error);
  } finally {
    stop.release();
  }
}
