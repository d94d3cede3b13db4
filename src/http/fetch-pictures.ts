import { codeOf } from "../base/errors.ts";
import { RefusedAddress, type AddressGuard } from "../outbound/address-guard.ts";
import { guardedClient } from "../outbound/guarded-client.ts";
import { ProtocolError, type ErrorCode } from "../protocol/errors.ts";
import type { Addresses } from "../protocol/pack-files.ts";
import { checkPicture } from "../protocol/picture.ts";
import { maxRequestBytes } from "./body.ts";

/** For all pictures of a task together. The official clients hang up on createTask after 15 s at the earliest. */
const FETCH_MS = 5_000;
/** Pictures of one task fetched at once. */
const AT_ONCE = 6;
/** Tasks whose pictures are being fetched by this process: in all, and of one account, so that one leaves room for others. */
const MOST_TASKS = 32;
const MOST_OF_ACCOUNT = 8;

/** Statuses under 500 after which the same address may well answer next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the fetched addresses hold, in their order. */
export type Fetched = { readonly [Name in keyof Addresses]: readonly Buffer[] };

/** One picture to fetch. */
interface Wanted {
  /** What a refusal calls it: `imageUrls[0]`. */
  readonly field: string;
  readonly url: URL;
}

/**
 * Fetches the pictures that a task names by `imageUrls`, for createTask only, once nothing else would refuse it. What comes
 * is judged by its bytes, like a picture sent in Base64, and no more of it is read than Base64 could have carried.
 * Addresses stand in no log and no error: their query may be a secret.
 */
export class PictureFetcher {
  readonly #guard: AddressGuard;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #busy = new Map<number, number>();
  #tasks = 0;

  /** @param maxBytes largest picture */
  constructor(guard: AddressGuard, maxBytes: number, timeoutMs = FETCH_MS) {
    this.#guard = guard;
    this.#maxBytes = maxBytes;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws ProtocolError for the first picture that cannot be had */
  async fetch(accountId: number, { imageUrls, exampleImageUrls }: Addresses): Promise<Fetched> {
    const mine = this.#busy.get(accountId) ?? 0;
    if (this.#tasks >= MOST_TASKS || mine >= MOST_OF_ACCOUNT) {
      throw new ProtocolError(
        "ERROR_NO_SLOT_AVAILABLE",
        "The pictures of too many other tasks are being fetched. Nothing was charged; try again in a second, or send the pictures themselves in imagesBase64.",
        { retryAfter: 1 },
      );
    }
    this.#tasks += 1;
    this.#busy.set(accountId, mine + 1);
    try {
      const files = await this.#all([
        ...imageUrls.map((url, at) => ({ field: `imageUrls[${at}]`, url: new URL(url) })),
        ...exampleImageUrls.map((url, at) => ({ field: `exampleImageUrls[${at}]`, url: new URL(url) })),
      ]);
      return {
        imageUrls: files.slice(0, imageUrls.length),
        exampleImageUrls: files.slice(imageUrls.length),
      };
    } finally {
      this.#tasks -= 1;
      const left = (this.#busy.get(accountId) ?? 1) - 1;
      if (left > 0) this.#busy.set(accountId, left);
      else this.#busy.delete(accountId);
    }
  }

  /** The first that fails ends the others. */
  async #all(wanted: readonly Wanted[]): Promise<Buffer[]> {
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(this.#timeoutMs)]);
    const files: Buffer[] = [];
    const rest = wanted.entries();
    // What one request could have carried in Base64.
    let left = (maxRequestBytes(this.#maxBytes) * 3) / 4;
    const one = async () => {
      for (const [at, { field, url }] of rest) {
        const bytes = await this.#one({ field, url }, signal);
        left -= bytes.byteLength;
        if (left < 0) {
          throw refusal(
            "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
            field,
            "with it the pictures are more than one request holds",
          );
        }
        files[at] = bytes;
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      return files;
    } finally {
      failed.abort();
    }
  }

  async #one({ field, url }: Wanted, signal: AbortSignal): Promise<Buffer> {
    const client = guardedClient(this.#guard, url, this.#timeoutMs);
    try {
      const { statusCode, headers, body } = await client.request({
        method: "GET",
        path: url.pathname + url.search,
        headers: { accept: "image/*", "accept-encoding": "identity", "user-agent": "glyphdesk" },
        signal,
      });
      const fault = faultOf(statusCode);
      if (fault !== null) throw refusal(fault, field, `${url.hostname} answered ${statusCode}`);
      const bytes = await this.#read(body, Number(headers["content-length"] ?? 0), field);
      checkPicture(bytes, this.#maxBytes, field);
      return bytes;
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw unreachable(error, field, url.hostname, signal.aborted);
    } finally {
      await client.destroy().catch(() => undefined);
    }
  }

  async #read(body: AsyncIterable<Buffer>, announced: number, field: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    const check = (bytes: number) => {
      if (bytes <= this.#maxBytes) return;
      throw refusal("ERROR_TOO_BIG_CAPTCHA_FILESIZE", field, `it has more than ${this.#maxBytes} bytes`);
    };
    check(announced);
    for await (const chunk of body) {
      check((size += chunk.byteLength));
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/** What an answer's status is refused with; null for one that brings the picture. */
function faultOf(status: number): ErrorCode | null {
  if (status >= 200 && status < 300) return null;
  return status >= 500 || PASSING.has(status) ? "ERROR_SERVICE_NOT_AVAILABLE" : "ERROR_INVALID_TASK";
}

function unreachable(error: unknown, field: string, hostname: string, late: boolean): ProtocolError {
  if (error instanceof RefusedAddress) {
    return refusal(
      "ERROR_INVALID_TASK",
      field,
      `${error.message}; the operator can open private ranges with GLYPHDESK_CALLBACK_ALLOW`,
    );
  }
  const code = codeOf(error);
  if (code === "ENOTFOUND") return refusal("ERROR_INVALID_TASK", field, `there is no ${hostname}`);
  const reason = late ? "did not send it in time" : `cannot be reached (${code || "the request failed"})`;
  return refusal("ERROR_SERVICE_NOT_AVAILABLE", field, `${hostname} ${reason}`);
}

const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERROR_SERVICE_NOT_AVAILABLE: "try again",
  ERROR_TOO_BIG_CAPTCHA_FILESIZE: "scale the picture down or crop it",
};

function refusal(code: ErrorCode, field: string, what: string): ProtocolError {
  const advice = ADVICE[code] ?? "send the address of the picture itself";
  return new ProtocolError(
    code,
    `${field} could not be fetched: ${what}. Nothing was charged; ${advice}, or send the pictures themselves in imagesBase64.`,
  );
}
