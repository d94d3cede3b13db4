import { constants } from "node:fs";
import { lchown, lstat, mkdir, open, readFile, realpath, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "../../base/errors.ts";
import { chooseIdentity, type Identity } from "./identity.ts";
import { layoutOf, type Layout } from "./layout.ts";

/** The prepared directories and the user they belong to. */
export interface Home {
  readonly layout: Layout;
  /** Null: the database runs as ourselves. */
  readonly identity: Identity | null;
}

/** Makes the directories and the lock files, owned by the user the database is to run as. Repeatable. */
export async function prepareHome(dataDir: string): Promise<Home> {
  const wanted = path.resolve(dataDir);
  await makeDirectories(wanted);
  const layout = layoutOf(await realpath(wanted));
  const identity = chooseIdentity({
    ownUid: process.getuid?.() ?? -1,
    dataDir: layout.dataDir,
    homeOwner: await ownerOf(layout.home),
    dataDirOwner: (await ownerOf(layout.dataDir)) ?? { uid: 0, gid: 0 },
    passwd: await readFile("/etc/passwd", "utf8").catch(() => ""),
  });
  await makeDirectory(layout.home, identity);
  await makeDirectory(layout.runDir, identity);
  for (const file of [layout.ownerLock, layout.usersLock, layout.bootLock]) {
    await makeLockFile(file, identity);
  }
  return { layout, identity };
}

/**
 * Makes a directory of mode 0700 and what is missing above it. Node's own `recursive` tries for ever where the system says
 * ENOENT although the parent is there, as /proc does.
 */
export async function makeDirectories(directory: string): Promise<void> {
  try {
    await makeDirectory(directory, null);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    await makeDirectories(path.dirname(directory));
    await makeDirectory(directory, null);
  }
}

/** Makes a directory of mode 0700 that belongs to `identity`, if it does not exist. */
export async function makeDirectory(directory: string, identity: Identity | null): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  // lchown: never through a link that the owner of the directory above may have put there.
  if (identity !== null) await lchown(directory, identity.uid, identity.gid);
}

/** Made exclusively, never opened if it is there: closing it would drop a lock that this process holds on it. */
async function makeLockFile(file: string, identity: Identity | null): Promise<void> {
  try {
    const handle = await openOwn(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, identity);
    await handle.close();
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (identity !== null) await lchown(file, identity.uid, identity.gid);
  }
}

/** Opens a private file that belongs to `identity`. Links are refused: we may be root in somebody's directory. */
export async function openOwn(file: string, flags: number, identity: Identity | null): Promise<FileHandle> {
  const handle = await open(file, flags | constants.O_NOFOLLOW, 0o600);
  try {
    if (identity !== null) await handle.chown(identity.uid, identity.gid);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function ownerOf(directory: string): Promise<Identity | null> {
  try {
    const { uid, gid } = await lstat(directory);
    return { uid, gid };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
