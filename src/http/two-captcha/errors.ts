import type { Logger } from "../../base/logger.ts";
import { ImageError } from "../../protocol/inspect-image.ts";
import { ProtocolError, type ErrorCode } from "../../protocol/errors.ts";
import { ReportRefused } from "../routes/reports.ts";

/** A refusal in the dialect's own words. The message is shown where the caller asked for JSON. */
export class DialectError extends Error {
  override readonly name = "DialectError";
  readonly word: string;

  constructor(word: string, message: string) {
    super(message);
    this.word = word;
  }
}

/** The word for a task that is still worked on; callers ask again. */
export const NOT_READY = "CAPCHA_NOT_READY";

/** The script that answers: a few words differ. */
export type Script = "in.php" | "res.php";

/**
 * The dialect's word for a refusal of the protocol, where it is not the same.
 * ERROR_DOMAIN_NOT_ALLOWED stays although the dialect lacks it: its nearest word, ERROR_BAD_TOKEN_OR_PAGEURL, would send
 * callers looking for a mistake in their site key.
 */
const WORDS: Readonly<Partial<Record<ErrorCode, string | Readonly<Record<Script, string>>>>> = {
  ERROR_IP_BANNED: "IP_BANNED",
  ERROR_IP_BLOCKED: "IP_BANNED",
  ERROR_TOO_MUCH_REQUESTS: { "in.php": "MAX_USER_TURN", "res.php": "ERROR: 1005" },
  ERROR_NO_SUCH_CAPCHA_ID: "ERROR_WRONG_CAPTCHA_ID",
  WRONG_CAPTCHA_ID: "ERROR_WRONG_CAPTCHA_ID",
  ERROR_NO_SUCH_METHOD: "ERROR_METHOD_CALL",
  ERROR_TASK_NOT_SUPPORTED: "ERROR_METHOD_CALL",
  ERROR_TASK_ABSENT: "ERROR_BAD_PARAMETERS",
  ERROR_INVALID_TASK: "ERROR_BAD_PARAMETERS",
  ERROR_WRONG_USERAGENT: "ERROR_BAD_PARAMETERS",
  ERROR_RECAPTCHA_INVALID_SITEKEY: "ERROR_WRONG_GOOGLEKEY",
  ERROR_RECAPTCHA_INVALID_DOMAIN: "ERROR_PAGEURL",
  ERROR_RECAPTCHA_TIMEOUT: "ERROR_CAPTCHA_UNSOLVABLE",
  ERROR_PROXY_MISSING: "ERROR_PROXY_FORMAT",
  ERROR_PROXY_CREDENTIALS_INVALID_CHARACTER: "ERROR_PROXY_FORMAT",
  ERROR_PROXY_CONNECT_REFUSED: "ERROR_PROXY_CONNECTION_FAILED",
  ERROR_PROXY_BANNED: "ERROR_PROXY_CONNECTION_FAILED",
  ERROR_PROXY_NOT_AUTHORISED: "ERROR_PROXY_CONNECTION_FAILED",
  ERROR_PROXY_READ_TIMEOUT: "ERROR_PROXY_CONNECTION_FAILED",
  // Both make callers try again in some seconds, which is what this code means.
  ERROR_SERVICE_NOT_AVAILABLE: { "in.php": "ERROR_NO_SLOT_AVAILABLE", "res.php": NOT_READY },
};

/** A refusal in the dialect's words. */
export function inDialect(error: ProtocolError, script: Script): DialectError {
  if (error.code === "ERROR_INVALID_TASK" && error.cause instanceof ImageError) {
    return new DialectError("ERROR_IMAGE_TYPE_NOT_SUPPORTED", error.message);
  }
  if (error instanceof ReportRefused) {
    return new DialectError(error.again ? "ERROR_DUPLICATE_REPORT" : "REPORT_NOT_RECORDED", error.message);
  }
  const word = WORDS[error.code] ?? error.code;
  return new DialectError(typeof word === "string" ? word : word[script], error.message);
}

/** Whatever went wrong, in the dialect's words; a fault of ours is logged, and the caller is told to try again. */
export function refusalOf(error: unknown, script: Script, logger: Logger): DialectError {
  if (error instanceof DialectError) return error;
  if (error instanceof ProtocolError) return inDialect(error, script);
  logger.error({ err: error, script }, "a request failed");
  return inDialect(new ProtocolError("ERROR_SERVICE_NOT_AVAILABLE"), script);
}
