import { isStatementFault, isTransient } from "./faults.ts";

/** Attempts of one flush that the database broke off for a deadlock or a serialisation failure. */
const TRANSIENT_ATTEMPTS = 5;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchOptions<Item> {
  /** Items in one flush at most. */
  readonly maxItems: number;
  /** Bytes of one flush at most, where items are large; a single item may have more. */
  readonly bytes?: { readonly of: (item: Item) => number; readonly max: number };
  /** Flushes under way at once. More than one only pays where flushes do not wait for each other's row locks. */
  readonly maxFlushes?: number;
}

/**
 * Micro-batching: items that arrive while a flush is under way go together in the next one.
 * There is no timer: an item that meets an idle batcher waits only for the end of the current
 * turn of the event loop, so that what arrived in the same turn joins it.
 *
 * A bad item never fails its neighbours: when the database blames the statement, the flush is halved and tried again.
 */
export class Batcher<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #maxItems: number;
  readonly #bytes: BatchOptions<Item>["bytes"];
  readonly #maxFlushes: number;
  #waiting: Waiting<Item, Result>[] = [];
  #waitingBytes = 0;
  #scheduled = false;
  #flushes = 0;

  /** @param flush Answers one result for each item, in order. */
  constructor(flush: (items: readonly Item[]) => Promise<readonly Result[]>, options: BatchOptions<Item>) {
    this.#flush = flush;
    this.#maxItems = options.maxItems;
    this.#bytes = options.bytes;
    this.#maxFlushes = options.maxFlushes ?? 1;
  }

  /** Items accepted and not yet answered by a flush under way. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Bytes of these items; 0 if they are not counted. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#waitingBytes += this.#bytes?.of(item) ?? 0;
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#flushes >= this.#maxFlushes || this.#waiting.length === 0) return;
    this.#flushes += 1;
    void this.#run(this.#nextBatch());
    this.#schedule();
  }

  #nextBatch(): Waiting<Item, Result>[] {
    const { of, max } = this.#bytes ?? { of: () => 0, max: 0 };
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      const more = bytes + of(item);
      if (count === this.#maxItems || (count > 0 && more > max)) break;
      bytes = more;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const tell = await this.#send(batch);
    this.#flushes -= 1;
    // First the next flush: the database works on it while the callers of this one are answered.
    this.#start();
    setImmediate(tell);
  }

  /** @returns what tells the callers; never rejects */
  async #send(batch: readonly Waiting<Item, Result>[]): Promise<() => void> {
    try {
      const results = await this.#attempt(batch.map(({ item }) => item));
      return () =>
        batch.forEach(({ resolve, reject }, index) => {
          const result = results[index];
          if (result === undefined) reject(new Error("a flush answered fewer results than items"));
          else resolve(result);
        });
    } catch (error) {
      if (batch.length === 1 || !isStatementFault(error)) {
        return () => batch.forEach(({ reject }) => reject(error));
      }
      const middle = batch.length >> 1;
      const tell = await this.#send(batch.slice(0, middle));
      tell();
      return this.#send(batch.slice(middle));
    }
  }

  async #attempt(items: readonly Item[]): Promise<readonly Result[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#flush(items);
      } catch (error) {
        if (attempt >= TRANSIENT_ATTEMPTS || !isTransient(error)) throw error;
      }
    }
  }
}
