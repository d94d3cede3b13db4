import type { ItemFile } from "../../src/protocol/workspace.ts";
import { loadFile } from "./api.ts";

interface Held {
  readonly urls: readonly string[];
  /** Decoded pictures are kept as long as somebody holds them. */
  readonly pictures: readonly HTMLImageElement[];
}

/** The pictures and sounds of the items at hand. They are never written to disk or cache. */
export class Files {
  readonly #held = new Map<string, Held>();
  readonly #wanted = new Set<string>();

  /** Loads all files of an item and decodes its pictures, so that showing them takes no time. @throws */
  async load(lease: string, folder: string, files: readonly ItemFile[]): Promise<readonly string[]> {
    this.forget(lease);
    this.#wanted.add(lease);
    const urls = await Promise.all(files.map((_, index) => loadFile(`${folder}/file/${index}`)));
    try {
      const pictures = await Promise.all(
        urls.filter((_, index) => files[index]?.type.startsWith("image/")).map(decode),
      );
      if (!this.#wanted.has(lease)) throw new Error("no longer wanted");
      this.#held.set(lease, { urls, pictures });
      return urls;
    } catch (error) {
      urls.forEach((url) => URL.revokeObjectURL(url));
      throw error;
    }
  }

  forget(lease: string): void {
    this.#wanted.delete(lease);
    this.#held.get(lease)?.urls.forEach((url) => URL.revokeObjectURL(url));
    this.#held.delete(lease);
  }
}

async function decode(url: string): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}
