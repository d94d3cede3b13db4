import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { openOwn } from "./home.ts";
import type { Identity } from "./identity.ts";

/** The log and its one predecessor are kept: twice this much. */
const MAX_LOG_BYTES = 4 * 1024 * 1024;
const TAIL_BYTES = 2_000;

/** The postmaster writes to this file itself, so that it does not depend on us. */
export async function openLog(file: string, identity: Identity | null): Promise<FileHandle> {
  return openOwn(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, identity);
}

/** Bounds the log in place: the database keeps appending to the same file. */
export async function boundLog(
  file: string,
  identity: Identity | null,
  maxBytes = MAX_LOG_BYTES,
): Promise<void> {
  if ((await logSize(file)) <= maxBytes) return;
  const handle = await openOwn(file, constants.O_RDWR, identity);
  try {
    // Without room for a copy the old lines go: the bound matters more.
    await keepCopy(handle, `${file}.1`, identity).catch(() => undefined);
    await handle.truncate(0);
  } finally {
    await handle.close();
  }
}

async function keepCopy(log: FileHandle, file: string, identity: Identity | null): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
  const previous = await openOwn(file, flags, identity);
  try {
    await previous.writeFile(await log.readFile());
  } finally {
    await previous.close();
  }
}

export async function logSize(file: string): Promise<number> {
  return lstat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The end of what was logged after `offset`. */
export async function logTail(file: string, offset: number): Promise<string> {
  const size = await logSize(file);
  const from = Math.max(size < offset ? 0 : offset, size - TAIL_BYTES);
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}
