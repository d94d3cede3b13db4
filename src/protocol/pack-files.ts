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
  const tasks = read(imagesBase64, "imagesBase64");
  const files = [...tasks, ...read(exampleImagesBase64, "exampleImagesBase64")];
  const packed: PackedFiles = { $files: files.map(({ byteLength }) => byteLength), $tasks: tasks.length };
  return { fields: { ...rest, ...packed }, image: Buffer.concat(files) };
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
