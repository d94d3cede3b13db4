import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { codeOf, messageOf, OperatorError } from "../../base/errors.ts";
import { POSTGRES_ENVIRONMENT, type Binaries } from "./binaries.ts";
import { makeDirectory, type Home } from "./home.ts";
import { DATABASE_USER, ownDirectory, syncMethod } from "./settings.ts";

/**
 * Makes the cluster if there is none. The caller holds the boot lock.
 *
 * initdb works in a directory of its own that is renamed when it is finished and on disk; so what is
 * called `cluster` is complete, and anything half-finished is recognised by its name and thrown away.
 */
export async function ensureCluster(home: Home, binaries: Binaries): Promise<"created" | "present"> {
  const { cluster } = home.layout;
  const version = await readVersion(cluster);
  if (version !== null) {
    refuseOtherMajor(cluster, version, binaries.major);
    return "present";
  }
  await refuseUnknownContent(cluster);
  await removeDrafts(home);
  await createCluster(home, binaries);
  return "created";
}

async function createCluster({ layout, identity }: Home, binaries: Binaries): Promise<void> {
  // A name of its own: an initdb whose parent was killed may still be writing to the last one.
  const draft = path.join(layout.home, layout.draftPrefix + randomBytes(6).toString("hex"));
  await makeDirectory(draft, identity);
  const directory = ownDirectory(process.platform, draft);
  const options = { ...identity, cwd: draft, env: POSTGRES_ENVIRONMENT, timeout: 300_000 };
  try {
    await promisify(execFile)(path.join(binaries.root, "bin", "initdb"), initdbArguments(directory), options);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new OperatorError(
      `The database could not be created in ${layout.home}: ${explainInitdb(messageOf(error))}`,
      { cause: error },
    );
  }
  await rename(draft, layout.cluster);
  await syncDirectory(layout.home);
}

/** The user's directory is closed (0700) and there is no network: whoever reaches the socket may use it. */
function initdbArguments(directory: string): string[] {
  return [
    ["-D", directory],
    ["-U", DATABASE_USER],
    ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    [`--sync-method=${syncMethod()}`],
    ["--auth-local=trust", "--auth-host=reject"],
    // Otherwise initdb starts the server several times to find out what it could have.
    ["-c", "max_connections=40", "-c", "shared_buffers=64MB"],
  ].flat();
}

function explainInitdb(message: string): string {
  if (!message.includes("could not look up effective user ID")) return message;
  return (
    "initdb needs a user that the system knows by name, and this user id has none. " +
    "Add it to /etc/passwd, run as another user, or set GLYPHDESK_DATABASE_URL."
  );
}

function refuseOtherMajor(cluster: string, found: number, ours: number): void {
  if (found === ours) return;
  throw new OperatorError(
    `The database in ${cluster} was made by PostgreSQL ${found}; this Glyphdesk brings PostgreSQL ${ours}, which cannot read it. ` +
      `Run the Glyphdesk version that made it, back up there, and restore here into a new data directory.`,
  );
}

async function readVersion(cluster: string): Promise<number | null> {
  try {
    return Number(await readFile(path.join(cluster, "PG_VERSION"), "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** An empty directory may go; anything else is not ours to judge, and never wiped. */
async function refuseUnknownContent(cluster: string): Promise<void> {
  try {
    await rmdir(cluster);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw new OperatorError(
      `${cluster} exists but is not a PostgreSQL database (PG_VERSION is missing). Nothing was changed. ` +
        "Restore it from a backup, or move it away to start with an empty database.",
      { cause: error },
    );
  }
}

async function removeDrafts({ layout }: Home): Promise<void> {
  for (const name of await readdir(layout.home)) {
    if (!name.startsWith(layout.draftPrefix)) continue;
    // Best effort: an orphaned initdb may still be adding files; the next start tries again.
    await rm(path.join(layout.home, name), { recursive: true, force: true, maxRetries: 2 }).catch(
      () => undefined,
    );
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
