import type { PackedFiles } from "./kinds.ts";
import { decodeFile, decodePicture } from "./picture.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes the files of a ComplexImageTask out of its fields, one after the other as one picture, and leaves their sizes.
 * Each must be a picture within the limits, or with PayloadType Audio any file. Without files nothing changes.
 * @throws ProtocolError
 */
export function packFiles(
  fields: Fields,
  maxBytes: number,
): { readonly fields: Fields; readonly image: Buffer | null } {
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
  { fields, image }: { readonly fields: Fields; readonly image: Buffer | null },
  fetched: { readonly [Name in keyof Addresses]: readonly Buffer[] },
): { readonly fields: Fields; readonly image: Buffer } {
  const { imageUrls: _, exampleImageUrls: __, ...rest } = fields;
  const given = (wanted: "task" | "example") =>
    unpackFiles(fields, image).flatMap(({ bytes, role }) => (role === wanted ? [bytes] : []));
  return pack(
    rest,
    [...given("task"), ...fetched.imageUrls],
    [...given("example"), ...fetched.exampleImageUrls],
  );
}

function pack(fields: Fields, tasks: readonly Buffer[], examples: readonly Buffer[]) {
  const files = [...tasks, ...examples];
  const packed: PackedFiles = { $files: files.map(({ byteLength }) => byteLength), $tasks: tasks.length };
  return { fields: { ...fields, ...packed }, image: Buffer.concat(files) };
}

/** The files of a task: what packFiles put together, or its one picture. */
export function unpackFiles(
  fields: Fields,
  image: Buffer | null,
): { readonly bytes: Buffer; readonly role: "task" | "example" }[] {
  if (image === null) return [];
  const { $files, $tasks = 1 } = fields as PackedFiles;
  let at = 0;
  return ($files ?? [image.byteLength]).map((size, n) => ({
    bytes: image.subarray(at, (at += size)),
    role: n < $tasks ? "task" : "example",
  }));
}
