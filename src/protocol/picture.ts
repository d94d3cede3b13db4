import { ProtocolError } from "./errors.ts";
import { ImageError, inspectImage } from "./inspect-image.ts";
import { checkSvg, isSvg } from "./svg.ts";

/** Below this the hosted service answers ERROR_ZERO_CAPTCHA_FILESIZE. */
export const MIN_IMAGE_BYTES = 100;

/** Only the beginning is looked at: the rest may be megabytes. */
const DATA_URL = /^\s*data:/i;

/** Wrapped as `base64` or `openssl` do it, each line break then made a space. */
const JOINED_LINES = /^(?:(?:\S{76} )+\S{1,76}|(?:\S{64} )+\S{1,64})$/;

/**
 * Decodes a picture of a task: Base64 or URL-safe Base64, with or without a data-URL prefix and line breaks, also with
 * spaces for its `+`, which is what reading a form makes of Base64 that was not encoded for it.
 * Looks at the picture's header only; a picture damaged further on is found when it is solved.
 * @param maxBytes largest decoded size
 * @param field what a refusal calls it
 * @param svg whether a simple SVG drawing is accepted too; it is not a picture yet
 * @throws ProtocolError
 */
export function decodePicture(text: string, maxBytes: number, field = "body", svg = false): Buffer {
  const bytes = decodeFile(text, maxBytes, field);
  check(bytes, field, svg && isSvg(bytes) ? checkSvg : inspectImage);
  return bytes;
}

/**
 * As decodePicture, for files of any kind.
 * @throws ProtocolError
 */
export function decodeFile(body: string, maxBytes: number, field: string): Buffer {
  const text = DATA_URL.test(body) ? body.slice(body.indexOf(",") + 1) : body;
  if (text.length > maxBytes * 2) throw tooLarge(field, Math.floor(text.length * 0.75), maxBytes);
  let bytes = Buffer.from(text, "base64");
  if (bytes.byteLength !== decodedLength(text)) {
    // Buffer.from drops what is not Base64, so the length tells. Line breaks are no fault, only rare.
    const compact = compacted(text);
    bytes = Buffer.from(compact, "base64");
    if (bytes.byteLength !== decodedLength(compact)) {
      throw invalid(field, "is not Base64: send the file's bytes as Base64, on one line");
    }
  }
  checkSize(bytes.byteLength, maxBytes, field);
  return bytes;
}

/** Without white space. Spaces within a line are `+`, and then those at its ends are, too. */
function compacted(text: string): string {
  const trimmed = text.trim();
  const space = /\S +\S/.test(trimmed) && !JOINED_LINES.test(trimmed) ? "+" : "";
  return trimmed
    .split(/[^\S ]+/)
    .join("")
    .split(" ")
    .join(space);
}

/**
 * Refuses bytes that came otherwise than in Base64 as decodePicture would: by their size, and unless they are a picture.
 * @throws ProtocolError
 */
export function checkPicture(bytes: Buffer, maxBytes: number, field: string): void {
  checkSize(bytes.byteLength, maxBytes, field);
  check(bytes, field, inspectImage);
}

function checkSize(bytes: number, maxBytes: number, field: string): void {
  if (bytes < MIN_IMAGE_BYTES) {
    throw new ProtocolError(
      "ERROR_ZERO_CAPTCHA_FILESIZE",
      `${field} holds ${bytes} bytes; a file has at least ${MIN_IMAGE_BYTES}.`,
    );
  }
  if (bytes > maxBytes) throw tooLarge(field, bytes, maxBytes);
}

function decodedLength(base64: string): number {
  const digits = base64.length - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
  return Math.floor((digits * 3) / 4);
}

function check(bytes: Buffer, field: string, look: (bytes: Buffer) => unknown): void {
  try {
    look(bytes);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const code = error.tooLarge ? "ERROR_TOO_BIG_CAPTCHA_FILESIZE" : "ERROR_INVALID_TASK";
    throw new ProtocolError(code, `${field} cannot be used. ${error.message}`, { cause: error });
  }
}

function invalid(field: string, fault: string): ProtocolError {
  return new ProtocolError("ERROR_INVALID_TASK", `${field} ${fault}.`);
}

function tooLarge(field: string, bytes: number, maxBytes: number): ProtocolError {
  return new ProtocolError(
    "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
    `${field} holds ${bytes} bytes; at most ${maxBytes} are accepted. Scale the picture down or crop it.`,
  );
}
