import type { Database, Row } from "../database/database.ts";
import { ImageError, inspectImage, MAX_PIXELS } from "../protocol/inspect-image.ts";
import { unpackFiles } from "../protocol/pack-files.ts";
import type { ItemFile } from "../protocol/workspace.ts";

/** A file with its bytes. */
export interface LoadedFile extends ItemFile {
  readonly bytes: Buffer;
}

/** Files kept in memory between the claim and the page's asking for them. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;
const DRAW_SECONDS = 2;

// Plan: one range of the primary key.
const READ_TASK = {
  name: "item-files",
  text: "select bytes from task_images where task_key = $1 order by part",
};
const READ_CHECK = {
  name: "check-files",
  text: "select files as bytes from check_items where id = $1",
};

/** Where the files of an item are: a task's own, or a check item's. */
export type FilesOf = { readonly task: number } | { readonly check: number };

/** The files of the items that workers have at the moment. */
export class ItemFiles {
  readonly #database: Database;
  readonly #known = new Map<string, Promise<readonly LoadedFile[]>>();
  /** Of those that are loaded. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A page asks for all the files of an item at once: they are read from the database once. */
  load(of: FilesOf, fields: Readonly<Record<string, unknown>>): Promise<readonly LoadedFile[]> {
    const id = JSON.stringify(of);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const loading = this.#read(of, fields);
    this.#known.set(id, loading);
    loading.then(
      (files) => this.#count(id, sizeOf(files)),
      () => this.#known.delete(id),
    );
    return loading;
  }

  async #read(of: FilesOf, fields: Readonly<Record<string, unknown>>): Promise<readonly LoadedFile[]> {
    const rows = await ("task" in of
      ? this.#database.query<Row & { bytes: Buffer }>(READ_TASK, [of.task])
      : this.#database.query<Row & { bytes: Buffer }>(READ_CHECK, [of.check]));
    const whole = rows.length === 0 ? null : Buffer.concat(rows.map(({ bytes }) => bytes));
    return Promise.all(unpackFiles(fields, whole).map(({ bytes, role }) => showable(bytes, role)));
  }

  /** Forgets the oldest where there are too many bytes; what has none, as widgets, at once, or it would stay for ever. */
  #count(id: string, size: number): void {
    if (size === 0) {
      this.#known.delete(id);
      return;
    }
    this.#sizes.set(id, size);
    this.#bytes += size;
    for (const [oldest, dropped] of this.#sizes) {
      if (this.#bytes <= REMEMBERED_BYTES) break;
      this.#known.delete(oldest);
      this.#sizes.delete(oldest);
      this.#bytes -= dropped;
    }
  }
}

function sizeOf(files: readonly LoadedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

/** A file as browsers show it: a TIFF, which most of them do not, as a PNG of the same size. */
async function showable(bytes: Buffer, role: LoadedFile["role"]): Promise<LoadedFile> {
  const { type, width, height } = describe(bytes);
  const asItIs = { bytes, role, type, width, height };
  if (type !== "image/tiff") return asItIs;
  const { default: sharp } = await import("sharp");
  const drawing = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "none" }).png({ compressionLevel: 3 });
  // Of one that is damaged beyond drawing the page says that it cannot be shown.
  const png = await drawing
    .timeout({ seconds: DRAW_SECONDS })
    .toBuffer()
    .catch(() => null);
  return png === null ? asItIs : { bytes: png, role, type: "image/png", width, height };
}

function describe(bytes: Buffer): Pick<ItemFile, "type" | "width" | "height"> {
  try {
    const { format, width, height } = inspectImage(bytes);
    return { type: `image/${format}`, width, height };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { type: soundType(bytes), width: null, height: null };
  }
}

/** First bytes of the sound formats that browsers play. */
const SOUNDS: readonly (readonly [type: string, at: number, bytes: string])[] = [
  ["audio/mpeg", 0, "ID3"],
  ["audio/wav", 8, "WAVE"],
  ["audio/ogg", 0, "OggS"],
  ["audio/flac", 0, "fLaC"],
  ["audio/mp4", 4, "ftyp"],
  ["audio/webm", 0, "\x1a\x45\xdf\xa3"],
];

function soundType(bytes: Buffer): string {
  // An MPEG frame without a tag before it starts with eleven set bits.
  if (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0) return "audio/mpeg";
  const found = SOUNDS.find(([, at, start]) => bytes.toString("latin1", at, at + start.length) === start);
  return found?.[0] ?? "application/octet-stream";
}
