import { mkdtemp, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { audit } from "../accounts/ledger.ts";
import { messageOf, OperatorError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/options.ts";
import type { Database, Row } from "../database/database.ts";
import { newestMigration } from "../database/migrate.ts";
import { checkPriceNames } from "../protocol/catalogue/price-names.ts";
import { loadSolvers } from "../solvers/registry.ts";
import { asGuest, makeLogger, readConfig, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";
import { version } from "./version.ts";

const LITTLE_SPACE = 1_000_000_000;
const NO_SPACE = 200_000_000;

/** What one check found; `advice` says what to do where something is wrong. */
interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "fault";
  readonly found: string;
  readonly advice?: string;
}

/**
 * `glyphdesk doctor`: looks at everything that a desk needs and mends nothing; connecting may bring the job
 * queue's own tables to this version. Exit code 1 when there is a fault.
 */
export function doctorCommand(): Command {
  const command = new Command("doctor").description(
    "check everything that the desk needs, and say what to do",
  );
  return withJson(withOptions(command, ["dataDir", "solvers"])).action(
    async (flags: Record<string, unknown> & { json?: boolean }) => {
      const findings = await examine(() => readConfig(flags), makeLogger({ logLevel: "silent" }));
      const ok = findings.every(({ state }) => state !== "fault");
      const rows = findings.map(({ check, state, found }) => [state, check, found]);
      const advice = findings.flatMap((one) => (one.advice ? [`${one.check}: ${one.advice}`] : []));
      const text = [table(["", "CHECK", "FOUND"], rows), ...advice].join("\n");
      print(flags, { ok, findings }, text);
      if (!ok) process.exitCode = 1;
    },
  );
}

async function examine(configure: () => Config, logger: Logger): Promise<Finding[]> {
  const findings: Finding[] = [{ check: "glyphdesk", state: "ok", found: version() }];
  const add = async (check: string, look: () => Promise<Omit<Finding, "check">>) =>
    findings.push({ check, ...(await look().catch(faultOf)) });
  await add("node", () => Promise.resolve(checkNode()));
  let config: Config;
  try {
    config = configure();
    checkPriceNames(config.prices);
  } catch (error) {
    findings.push({ check: "configuration", ...faultOf(error) });
    return findings;
  }
  const embedded = config.databaseUrl === null;
  if (embedded) {
    await add("data directory", () => checkDirectory(config.dataDir));
    await add("disk space", () => checkSpace(config.dataDir));
  }
  if (embedded && !(await exists(join(config.dataDir, "postgresql", "cluster")))) {
    findings.push({ check: "database", state: "ok", found: "none yet: the first start makes it" });
  } else findings.push(...(await examineDatabase(config, logger)));
  await add("solvers", () => checkSolvers(config, logger));
  return findings;
}

/** Applies no migration. */
async function examineDatabase(config: Config, logger: Logger): Promise<Finding[]> {
  try {
    return await asGuest(config, logger, { timeoutMs: 0, upTo: 0 }, ({ database }) => lookInto(database));
  } catch (error) {
    return [{ check: "database", ...faultOf(error) }];
  }
}

async function lookInto(database: Database): Promise<Finding[]> {
  const [server] = await database.query<Row & { version: string }>(
    "select current_setting('server_version') as version",
  );
  const reached: Finding = {
    check: "database",
    state: "ok",
    found: `PostgreSQL ${server?.version ?? "?"}`,
  };
  const [applied] = await database.query<Row & { newest: number | null }>(
    "select max(version) as newest from migrations",
  );
  const [present, newest] = [applied?.newest ?? 0, await newestMigration()];
  if (present !== newest) {
    const advice =
      present > newest
        ? "It was opened by a newer version of Glyphdesk: start that one."
        : "Back it up, then run `npx glyphdesk migrate`; every start does it too.";
    const state = present > newest ? "fault" : "warning";
    return [
      reached,
      { check: "migrations", state, found: `at ${present}, this version knows ${newest}`, advice },
    ];
  }
  const { faults } = await audit(database);
  return [
    reached,
    { check: "migrations", state: "ok", found: `at ${present}` },
    faults.length === 0
      ? { check: "books", state: "ok", found: "right" }
      : {
          check: "books",
          state: "fault",
          found: `${faults.length} faults`,
          advice: "Run `npx glyphdesk audit`, keep a backup, and report it: this must not happen.",
        },
  ];
}

function checkNode(): Omit<Finding, "check"> {
  const fits = Number(process.versions.node.split(".")[0]) >= 24;
  return {
    state: fits ? "ok" : "fault",
    found: process.version,
    ...(!fits && { advice: "Run it as `npx glyphdesk`, which uses the Node that `npm ci` brought." }),
  };
}

async function checkDirectory(dataDir: string): Promise<Omit<Finding, "check">> {
  const place = await nearest(dataDir);
  if (!(await stat(place)).isDirectory()) {
    return { state: "fault", found: `${place} is a file`, advice: "Choose another with GLYPHDESK_DATA_DIR." };
  }
  try {
    // Permissions do not say all: in /proc nobody can make a folder.
    await rmdir(await mkdtemp(join(place, ".glyphdesk-doctor-")));
  } catch (error) {
    return {
      state: "fault",
      found: `${place} cannot be written (${messageOf(error).split(",")[0]})`,
      advice: "Give it to the user who runs the desk, or choose another with GLYPHDESK_DATA_DIR.",
    };
  }
  return { state: "ok", found: dataDir };
}

async function checkSpace(dataDir: string): Promise<Omit<Finding, "check">> {
  const { bavail, bsize } = await statfs(await nearest(dataDir));
  const free = bavail * bsize;
  const found = `${(free / 1_000_000_000).toFixed(1)} GB free`;
  if (free >= LITTLE_SPACE) return { state: "ok", found };
  return {
    state: free < NO_SPACE ? "fault" : "warning",
    found,
    advice:
      "Free some: the log alone takes up to half a gigabyte. A full disk stops new tasks and loses none.",
  };
}

/** Loads what the configuration names, models included, and lets go of it. */
async function checkSolvers(config: Config, logger: Logger): Promise<Omit<Finding, "check">> {
  const solvers = await loadSolvers(config.solvers, { logger, threads: 1 });
  try {
    for (const solver of solvers) await solver.start?.();
  } finally {
    for (const solver of solvers) await solver.stop?.();
  }
  return { state: "ok", found: solvers.map(({ id }) => id).join(", ") };
}

/** The path itself or the first folder above it that exists. */
async function nearest(path: string): Promise<string> {
  let place = resolve(path);
  while (!(await exists(place)) && dirname(place) !== place) place = dirname(place);
  return place;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The first line says what is wrong; an operator's error goes on with what to do. */
function faultOf(error: unknown): Omit<Finding, "check"> {
  const [found = "", ...rest] = messageOf(error).split("\n");
  const advice = error instanceof OperatorError ? rest.join(" ") : "";
  return { state: "fault", found, ...(advice !== "" && { advice }) };
}
