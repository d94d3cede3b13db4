import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A lock that dies with its holder, however that ends.
 *
 * Node has no flock, so this borrows the lock of an (always empty) SQLite file: a POSIX record lock,
 * which the kernel drops with the process, which is not inherited by children, which works between
 * containers that share the directory, and which comes in exclusive and shared. Never open such a
 * file in any other way in the process that holds it: closing it would drop the lock.
 */
export type LockMode = "exclusive" | "shared";

export class FileLock {
  /** Keeps held locks from the garbage collector, which would close, and so release, a forgotten one. */
  static readonly #held = new Set<FileLock>();
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The lock, or null if somebody else holds it in a way that excludes ours. Does not wait. */
  static tryAcquire(file: string, mode: LockMode): FileLock | null {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      lock(database, mode);
      const held = new FileLock(database);
      FileLock.#held.add(held);
      return held;
    } catch (error) {
      database.close();
      if (isBusy(error)) return null;
      throw error;
    }
  }

  /** Idempotent. */
  release(): void {
    FileLock.#held.delete(this);
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Waits for a lock; null if it could not be had within `timeoutMs`. */
export async function waitForLock(
  file: string,
  mode: LockMode,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<FileLock | null> {
  const end = performance.now() + limits.timeoutMs;
  for (;;) {
    const lock = FileLock.tryAcquire(file, mode);
    if (lock !== null) return lock;
    if (performance.now() >= end) return null;
    await sleep(25, undefined, limits.signal === undefined ? {} : { signal: limits.signal });
  }
}

function lock(database: DatabaseSync, mode: LockMode): void {
  database.exec("PRAGMA journal_mode = MEMORY");
  if (mode === "exclusive") {
    database.exec("BEGIN EXCLUSIVE");
  } else {
    database.exec("BEGIN");
    database.prepare("SELECT count(*) FROM sqlite_master").get();
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
