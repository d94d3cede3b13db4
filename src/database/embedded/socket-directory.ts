import { createHash } from "node:crypto";
import { once } from "node:events";
import { lstat, mkdir, readlink, rm, symlink } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { codeOf, OperatorError } from "../../base/errors.ts";
import { SOCKET_PORT } from "./settings.ts";

/** The kernel's limit for a socket address, without the closing zero (Linux 107, macOS 103). */
const MAX_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

/** Whether the socket in this directory can be addressed by its path. */
export function fitsSocketPath(directory: string): boolean {
  return Buffer.byteLength(socketPath(directory)) <= MAX_SOCKET_PATH;
}

/**
 * The path by which clients reach the socket in `runDir`: itself, or when that is too long a short
 * link to it. The socket never moves; the link lies in a directory of our own under the system's
 * temporary directory, with a name derived from `runDir`. Repeat the call to renew a link that a
 * cleaner of temporary files took away.
 */
export async function reachableSocketDirectory(runDir: string, temporary = tmpdir()): Promise<string> {
  if (fitsSocketPath(runDir)) return runDir;
  const directory = aliasDirectory(runDir, temporary);
  await makePrivateDirectory(directory);
  const link = path.join(directory, "run");
  if ((await readLink(link)) === runDir) return link;
  await rm(link, { force: true });
  try {
    await symlink(runDir, link);
  } catch (error) {
    // Another of our processes was faster; the name is derived from the target, so it is the same link.
    if (codeOf(error) !== "EEXIST") throw error;
  }
  return link;
}

/** Removes the link again, if there is one. */
export async function removeSocketAlias(runDir: string, temporary = tmpdir()): Promise<void> {
  if (fitsSocketPath(runDir)) return;
  await rm(aliasDirectory(runDir, temporary), { recursive: true, force: true });
}

/** Whether somebody accepts connections on the socket in this directory. */
export async function isListening(directory: string): Promise<boolean> {
  const socket = createConnection(socketPath(directory));
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function socketPath(directory: string): string {
  return path.join(directory, `.s.PGSQL.${SOCKET_PORT}`);
}

function aliasDirectory(runDir: string, temporary: string): string {
  const hash = createHash("sha256").update(runDir).digest("hex").slice(0, 16);
  const name = `glyphdesk-${process.getuid?.() ?? 0}-${hash}`;
  const preferred = path.join(temporary, name);
  return fitsSocketPath(path.join(preferred, "run")) ? preferred : path.join("/tmp", name);
}

async function makePrivateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  const found = await lstat(directory);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return;
  throw new OperatorError(
    `The path of the data directory is too long for a socket, and the short directory for it, ${directory}, ` +
      "is not ours alone. Remove that directory, or choose a data directory with a shorter path.",
  );
}

async function readLink(link: string): Promise<string | null> {
  return readlink(link).catch(() => null);
}
