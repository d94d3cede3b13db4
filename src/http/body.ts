import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ProtocolError } from "../protocol/errors.ts";

/** Bytes read and thrown away beyond the limit, so that a client still sending gets to read the refusal. */
const DRAIN_BYTES = 16_000_000;

/** The largest request: Base64 takes four bytes for three, and line breaks and the other fields some more. */
export function maxRequestBytes(maxImageBytes: number): number {
  return Math.ceil(maxImageBytes * 1.4) + 65_536;
}

/** The bytes of a request, or the refusal that the method should answer with. */
export type Body = Buffer | ProtocolError;

/**
 * Makes every request body arrive as bytes, whatever its content type says or whether there is one: clients of this
 * protocol send application/json, text/plain or nothing. gzip, deflate and br are undone.
 * @param maxBytes after decompression
 */
export function acceptAnyBody(app: FastifyInstance, maxBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addHook("onRequest", (request, _reply, done) => {
    // Fastify refuses content types that it cannot parse; what clients say here does not count.
    request.headers["content-type"] = "application/json";
    done();
  });
  app.addContentTypeParser("application/json", (request: FastifyRequest, payload: Readable, done) => {
    collect(decompress(payload, request.headers["content-encoding"]), maxBytes, (body) => done(null, body));
  });
}

function decompress(payload: Readable, encoding: string | undefined): Readable {
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return payload.pipe(createGunzip());
    case "deflate":
      return payload.pipe(createInflate());
    case "br":
      return payload.pipe(createBrotliDecompress());
    default:
      return payload;
  }
}

function collect(stream: Readable, maxBytes: number, finish: (body: Body) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () =>
    new ProtocolError(
      "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
      `The request is larger than ${maxBytes} bytes. Scale the picture down or crop it.`,
    );
  stream.on("data", (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else if (size > maxBytes + DRAIN_BYTES) {
      stream.removeAllListeners("data").pause();
      finish(tooLarge());
    } else chunks.length = 0;
  });
  stream.on("end", () => {
    const [only] = chunks;
    finish(size > maxBytes ? tooLarge() : chunks.length === 1 && only ? only : Buffer.concat(chunks));
  });
  stream.on("error", () =>
    finish(new ProtocolError("ERROR_TASK_ABSENT", "The body could not be read: its compression is damaged.")),
  );
}
