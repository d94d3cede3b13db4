import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { announced } from "../../base/announce.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { FileLock, waitForLock } from "./file-lock.ts";
import { openOwn, type Home } from "./home.ts";
import type { Identity } from "./identity.ts";
import type { Layout } from "./layout.ts";
import { identifyProcess } from "./process-identity.ts";

/** How long a second server waits for a first one that is just ending. */
const OWNER_PATIENCE_MS = 1_500;
const BOOT_PATIENCE_MS = 10 * 60_000;

/** Makes this process the one server of the data directory, or says who is. */
export async function claimOwnership({ layout, identity }: Home): Promise<FileLock> {
  const end = performance.now() + OWNER_PATIENCE_MS;
  for (;;) {
    const lock = FileLock.tryAcquire(layout.ownerLock, "exclusive");
    if (lock !== null) {
      await writeOwner(layout, identity);
      return lock;
    }
    const pid = await readOwner(layout);
    if (pid !== null || performance.now() > end) throw alreadyOwned(layout, pid);
    await sleep(50);
  }
}

async function writeOwner({ ownerNote }: Layout, identity: Identity | null): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
  const handle = await openOwn(ownerNote, flags, identity);
  try {
    await handle.writeFile(`${process.pid}\n`);
  } finally {
    await handle.close();
  }
}

/** The process id that the owner wrote down; null while it is not there or out of date. */
async function readOwner({ ownerNote }: Layout): Promise<number | null> {
  const pid = Number(await readFile(ownerNote, "utf8").catch(() => ""));
  return (await identifyProcess(pid)) === null ? null : pid;
}

function alreadyOwned({ dataDir }: Layout, pid: number | null): OperatorError {
  const owner = pid === null ? "another Glyphdesk server" : `another Glyphdesk server (process ${pid})`;
  return new OperatorError(
    `The data directory ${dataDir} is in use by ${owner}. ` +
      "Stop that server first, or give this one a directory of its own with GLYPHDESK_DATA_DIR.",
  );
}

/** Being one of those who use the database: the server, and commands for as long as they run. */
export class Presence {
  readonly #file: string;
  #lock: FileLock | null = null;

  constructor({ usersLock }: Layout) {
    this.#file = usersLock;
  }

  async join(logger: Logger, signal: AbortSignal): Promise<void> {
    const lock = waitForLock(this.#file, "shared", { timeoutMs: BOOT_PATIENCE_MS, signal });
    this.#lock = await announced(logger, `the lock ${this.#file}, which another process holds`, lock);
    if (this.#lock === null) throw new OperatorError(`${this.#file} stays locked; another process hangs.`);
  }

  leave(): void {
    this.#lock?.release();
    this.#lock = null;
  }

  /** Whether nobody else uses the database. The answer holds while the caller has the boot lock. */
  isAlone(): boolean {
    const wasPresent = this.#lock !== null;
    this.leave();
    const all = FileLock.tryAcquire(this.#file, "exclusive");
    all?.release();
    if (wasPresent) this.#lock = FileLock.tryAcquire(this.#file, "shared");
    return all !== null;
  }
}

/** Runs `work` while nobody else creates, starts or stops the database. */
export async function withBootLock<T>(
  layout: Layout,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await announced(
    logger,
    `another process that starts or stops the database in ${layout.home}`,
    waitForLock(layout.bootLock, "exclusive", { timeoutMs: BOOT_PATIENCE_MS, signal }),
  );
  if (lock === null) {
    throw new OperatorError(
      `The database in ${layout.home} is being started or stopped by another process, for more than ten minutes. ` +
        "Find that process and end it.",
    );
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
