import type { Micros } from "../base/money.ts";
import { drawAnew, isDrawnAnew } from "../protocol/draw-anew.ts";
import { ProtocolError } from "../protocol/errors.ts";
import {
  addressesOf,
  packAnew,
  packFetched,
  unpackFiles,
  type Addresses,
  type Packed,
} from "../protocol/pack-files.ts";
import type { Reader } from "../tasks/read.ts";
import type { PictureFetcher } from "./fetch-pictures.ts";

/** What is done to a task's pictures before it is written. */
export interface Preparation {
  /** Where pictures are that are to be fetched. */
  readonly addresses: Addresses | null;
  /** Whether SVG drawings are taken. */
  readonly svg: boolean;
}

/** Null where the pictures are kept as they came, as nearly always. */
export function preparationOf({ fields, image }: Packed, svg: boolean): Preparation | null {
  const addresses = addressesOf(fields);
  const drawn = unpackFiles(fields, image).some(({ bytes }) => isDrawnAnew(bytes, svg));
  return addresses !== null || drawn ? { addresses, svg } : null;
}

export interface PrepareOptions {
  readonly reader: Reader;
  readonly pictures: PictureFetcher;
}

/**
 * Fetches what is to be fetched and draws what is to be drawn anew. Last of all, so that nobody makes the desk fetch
 * or draw anything who could not have or pay for the task.
 * @throws ProtocolError
 */
export async function preparePictures(
  { reader, pictures }: PrepareOptions,
  { addresses, svg }: Preparation,
  task: Packed & { readonly accountId: number },
  price: Micros,
): Promise<Packed> {
  if (price > (await reader.balance(task.accountId))) throw new ProtocolError("ERROR_ZERO_BALANCE");
  const { accountId } = task;
  const { fields, image } =
    addresses === null ? task : packFetched(task, await pictures.fetch(accountId, addresses));
  const files = unpackFiles(fields, image).map(async ({ bytes, role }) => ({
    bytes: await drawAnew(bytes, svg, accountId),
    role,
  }));
  return packAnew(fields, await Promise.all(files));
}
