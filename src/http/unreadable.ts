import type { Duplex } from "node:stream";
import type { ErrorCode } from "../protocol/errors.ts";
import { ANY_ORIGIN } from "./cors.ts";
import { hangUp } from "./hang-up.ts";

/** The largest head of a request. In the 2Captcha dialect a whole task may stand in the address. */
export const MAX_HEAD_BYTES = 65_536;
/** How long a request may take to arrive. */
export const ARRIVAL_MS = 30_000;

interface Answer {
  readonly status: string;
  readonly code: ErrorCode;
  readonly description: string;
}

/** By Node's code for what is wrong. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: "200 OK",
    code: "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
    description: `The address and the headers have more than ${MAX_HEAD_BYTES} bytes. Send with POST what stands in the address.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "200 OK",
    code: "ERROR_TASK_ABSENT",
    description: `The request did not arrive whole within ${ARRIVAL_MS / 1000} seconds. Nothing was done; send it again.`,
  },
};

/** The one answer that is not HTTP 200. */
const NOT_HTTP: Answer = {
  status: "400 Bad Request",
  code: "ERROR_NO_SUCH_METHOD",
  description: "This is not an HTTP request that can be read.",
};

const HEADERS = Object.entries({
  ...ANY_ORIGIN,
  "content-type": "application/json; charset=utf-8",
  connection: "close",
})
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join("");

/** Answers bytes that never became a request, so that there is no method to answer for, and ends the connection. */
export function answerUnreadable(error: { readonly code?: string }, socket: Duplex): void {
  // Told once for each piece that still comes.
  if (!socket.writable) return;
  const { status, code, description } = ANSWERS[error.code ?? ""] ?? NOT_HTTP;
  const body = JSON.stringify({ errorId: 1, errorCode: code, errorDescription: description });
  socket.write(`HTTP/1.1 ${status}\r\n${HEADERS}\r\n${body}`);
  hangUp(socket);
}
