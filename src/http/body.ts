import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MOST_FILES } from "../protocol/catalogue/images.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { hangUp } from "./hang-up.ts";

/** Bytes read and thrown away beyond the limit, so that a client still sending gets to read the refusal. */
const DRAIN_BYTES = 16_000_000;
/** The protocol's largest picture. A task of many pictures is bounded as if all were of this size. */
const PICTURE_BYTES = 50 * 1024;

/**
 * The largest request: one of the largest pictures, or as many of the protocol's as a task can have. Base64 takes four
 * bytes for three, and line breaks and the other fields some more.
 */
export function maxRequestBytes(maxImageBytes: number): number {
  return Math.ceil(Math.max(maxImageBytes, MOST_FILES * PICTURE_BYTES) * 1.4) + 65_536;
}

/** The bytes of a request, or the refusal that the method should answer with. */
export type Body = Buffer | ProtocolError;

/** The refusal of a body so large that its end is not waited for. */
class Endless extends ProtocolError {}

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
    collect(decompress(payload, request.headers["content-encoding"]), maxBytes, (body) => {
      if (body instanceof Endless) payload.unpipe().resume();
      done(null, body);
    });
  });
  app.addHook("preHandler", (request, reply, done) => {
    if (request.body instanceof Endless) hangUpAfter(reply);
    done();
  });
}

/** Ends the connection with this answer. */
function hangUpAfter(reply: FastifyReply): void {
  const { socket } = reply.request.raw;
  void reply.header("connection", "close");
  // What the HTTP server calls once the answer is written.
  socket.destroySoon = () => hangUp(socket);
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

/** @param finish called once */
function collect(stream: Readable, maxBytes: number, finish: (body: Body) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const end = (body: Body) => {
    if (!over) finish(body);
    over = true;
  };
  const tooLarge = (Refusal: typeof ProtocolError) =>
    new Refusal(
      "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
      `The request is larger than ${maxBytes} bytes. Scale the picture down or crop it.`,
    );
  const take = (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else if (size > maxBytes + DRAIN_BYTES) {
      stream.off("data", take).pause();
      end(tooLarge(Endless));
    } else chunks.length = 0;
  };
  stream.on("data", take);
  stream.on("end", () => {
    const [only] = chunks;
    if (size > maxBytes) end(tooLarge(ProtocolError));
    else end(chunks.length === 1 && only ? only : Buffer.concat(chunks));
  });
  stream.on("error", () =>
    end(new ProtocolError("ERROR_TASK_ABSENT", "The body could not be read: its compression is damaged.")),
  );
}
