import { link, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf, messageOf, OperatorError } from "../base/errors.ts";

/** What to do, by Node's code. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "Its disk is full: make room there, or name a file on another one.",
  EDQUOT: "The quota of its disk is used up: make room there, or name a file on another one.",
  EFBIG: "It would be larger than is allowed there (ulimit -f, or the file system): name a file elsewhere.",
  EEXIST: "Choose a name that is free.",
  EISDIR: "That is a folder: name a file in it.",
  ENOENT: "Make its folder first, or name a file in one that exists.",
  ENOTDIR: "Part of its path is no folder: name a file in one that exists.",
  ENAMETOOLONG: "Choose a shorter name.",
  EACCES: "Name a file in a folder that you may write to.",
  EPERM: "Name a file in a folder that you may write to.",
  EROFS: "Its disk is read-only: name a file on another one.",
  EIO: "Its disk is failing: name a file on another one, and look after this one.",
};
/** What file systems without hard links say. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * A file that appears under its name complete and on disk, or not at all: it is written as `FILE.partial`. What a run that
 * was killed has left there does not stand in the way of the next one.
 */
export class NewFile {
  readonly #file: string;
  readonly #draft: string;
  readonly #handle: FileHandle;
  /** What tells the draft from one that another run has put in its place. */
  readonly #inode: number;

  private constructor(file: string, handle: FileHandle, inode: number) {
    this.#file = file;
    this.#draft = draftOf(file);
    this.#handle = handle;
    this.#inode = inode;
  }

  /** @throws OperatorError when there is such a file, or none can be made */
  static async begin(file: string): Promise<NewFile> {
    try {
      if (await exists(file)) throw Object.assign(new Error("it exists"), { code: "EEXIST" });
      await rm(draftOf(file), { force: true });
      // Only for its owner from the first byte on.
      const handle = await open(draftOf(file), "wx", 0o600);
      return new NewFile(file, handle, (await handle.stat()).ino);
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  async write(content: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of content) await this.#handle.writeFile(piece);
  }

  /** @returns its size */
  async finish(): Promise<number> {
    await this.#handle.sync();
    const { size } = await this.#handle.stat();
    await this.#handle.close();
    if (!(await this.#isOwn())) {
      throw new OperatorError(
        `Another run began to write ${this.#file}, and this one gave way.\nChoose different names.`,
      );
    }
    await this.#name();
    await syncFolder(dirname(this.#file));
    return size;
  }

  /** Removes what was written. @returns what to throw: a fault of the file as a sentence, anything else as it is */
  async giveUp(fault: unknown): Promise<unknown> {
    await this.#handle.close().catch(() => undefined);
    if (await this.#isOwn()) await rm(this.#draft, { force: true }).catch(() => undefined);
    return isOfFile(fault) ? unwritable(this.#file, fault) : fault;
  }

  async #isOwn(): Promise<boolean> {
    return stat(this.#draft).then(
      ({ ino }) => ino === this.#inode,
      () => false,
    );
  }

  /** Gives it its name, unless somebody else has taken that meanwhile. */
  async #name(): Promise<void> {
    try {
      await link(this.#draft, this.#file);
      await rm(this.#draft, { force: true });
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      await (await open(this.#file, "wx", 0o600)).close();
      await rename(this.#draft, this.#file).catch(async (fault: unknown) => {
        await rm(this.#file, { force: true });
        throw fault;
      });
    }
  }
}

const draftOf = (file: string): string => `${file}.partial`;

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Without it a name may be gone after a power cut although what it stands for is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems know no such thing.
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(codeOf(error))) throw error;
  } finally {
    await handle.close();
  }
}

function unwritable(file: string, error: unknown): OperatorError {
  const advice = ADVICE[codeOf(error)] ?? "Name a file elsewhere.";
  return new OperatorError(`Cannot write ${file}: ${messageOf(error)}. ${advice}`, { cause: error });
}

/** Errors of files name the call that failed; so do those of sockets, which are the database's. */
function isOfFile(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof OperatorError) return false;
  const call: unknown = Reflect.get(error, "syscall");
  return typeof call === "string" && codeOf(error) in ADVICE && Reflect.get(error, "address") === undefined;
}
