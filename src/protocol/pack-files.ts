import type { PackedFiles } from "./kinds.ts";
import { decodeFile, decodePicture } from "./picture.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A task's fields without its files, and these one after the other. */
export interface Packed {
  readonly fields: Fields;
  readonly image: Buffer | null;
}

/**
 * Takes the files of a ComplexImageTask out of its fields, one after the other as one picture, and leaves their sizes.
 * Each must be a picture within the limits, or with PayloadType Audio any file. Without files nothing changes.
 * @throws ProtocolError
 */
export function packFiles(fields: Fields, maxBytes: number): Packed {
  const { imagesBase64, exampleImagesBase64, ...rest } = fields;
  if (imagesBase64 === undefined && exampleImagesBase64 === undefined) return { fields, image: null };
  const { PayloadType } = (fields["metadata"] ?? {}) as { readonly PayloadType?: string };
  const decode = PayloadType === "Audio" ? decodeFile : decodePicture;
  const read = (list: unknown, name: string) =>
    ((list ?? []) as readonly string[]).map((file, at) => decode(file, maxBytes, `${name}[${at}]`));
  return pack(rest, read(imagesBase64, "imagesBase64"), read(exampleImagesBase64, "exampleImagesBase64"));
}

/** The pictures that a task names by their addresses. */
export interface Addresses {
  readonly imageUrls: readonly string[];
  readonly exampleImageUrls: readonly string[];
}

/** The addresses among a task's fields; null where there is nothing to fetch. */
export function addressesOf({ imageUrls, exampleImageUrls }: Fields): Addresses | null {
  const addresses = { imageUrls: imageUrls ?? [], exampleImageUrls: exampleImageUrls ?? [] } as Addresses;
  return addresses.imageUrls.length + addresses.exampleImageUrls.length > 0 ? addresses : null;
}

/** Puts fetched pictures where their addresses were, as if they had come with the task. */
export function packFetched(
  { fields, image }: Packed,
  fetched: { readonly [Name in keyof Addresses]: readonly Buffer[] },
): Packed {
  const { imageUrls: _, exampleImageUrls: __, ...rest } = fields;
  const given = (wanted: UnpackedFile["role"]) => bytesOf(unpackFiles(fields, image), wanted);
  return pack(
    rest,
    [...given("task"), ...fetched.imageUrls],
    [...given("example"), ...fetched.exampleImageUrls],
  );
}

/** Puts other files in the place of a task's own, one for each. */
export function packAnew(fields: Fields, files: readonly UnpackedFile[]): Packed {
  const [only] = files;
  if ((fields as PackedFiles).$files === undefined) return { fields, image: only?.bytes ?? null };
  return pack(fields, bytesOf(files, "task"), bytesOf(files, "example"));
}

function bytesOf(files: readonly UnpackedFile[], wanted: UnpackedFile["role"]): Buffer[] {
  return files.flatMap(({ bytes, role }) => (role === wanted ? [bytes] : []));
}

function pack(fields: Fields, tasks: readonly Buffer[], examples: readonly Buffer[]): Packed {
  const files = [...tasks, ...examples];
  const packed: PackedFiles = { $files: files.map(({ byteLength }) => byteLength), $tasks: tasks.length };
  return { fields: { ...fields, ...packed }, image: Buffer.concat(files) };
}

/** One file of a task. */
export interface UnpackedFile {
  readonly bytes: Buffer;
  readonly role: "task" | "example";
}

/** The files of a task: what packFiles put together, or its one picture. */
export function unpackFiles(fields: Fields, image: Buffer | null): UnpackedFile[] {
  if (image === null) return [];
  const { $files, $tasks = 1 } = fields as PackedFiles;
  let at = 0;
  return ($files ?? [image.byteLength]).map((size, n) => ({
    bytes: image.subarray(at, (at += size)),
    role: n < $tasks ? "task" : "example",
  }));
}
