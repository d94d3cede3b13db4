/**
 * Pictures of tasks that this process has just written, by row key, so that its own runner need not read them back.
 * Only a short cut: what is missing here is read from the database. Oldest go first when the bytes run over.
 */
export class RecentImages {
  readonly #images = new Map<number, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes 0 remembers nothing: for processes that run no solver */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  put(key: number, image: Buffer | null): void {
    if (image === null || image.byteLength > this.#maxBytes) return;
    this.#images.set(key, image);
    this.#bytes += image.byteLength;
    for (const oldest of this.#images.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.take(oldest);
    }
  }

  /** Removes and answers the picture, or null. */
  take(key: number): Buffer | null {
    const image = this.#images.get(key) ?? null;
    if (image !== null) {
      this.#images.delete(key);
      this.#bytes -= image.byteLength;
    }
    return image;
  }
}
