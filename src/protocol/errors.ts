/**
 * The protocol's closed table of error codes with a default sentence for each (`errorDescription`).
 * Codes outside this table never go on the wire: clients turn them into "Unknown".
 */
export const ERRORS = {
  ERROR_KEY_DOES_NOT_EXIST:
    "The clientKey is unknown here, revoked, or not of the right form. Send a key made with `glyphdesk key create`.",
  ERROR_PROXY_CREDENTIALS_INVALID_CHARACTER:
    "proxyLogin or proxyPassword contains a character that is not allowed.",
  ERROR_ZERO_BALANCE:
    "The account's balance is too low for this task. Top it up with `glyphdesk account top-up`.",
  ERROR_TOO_BIG_CAPTCHA_FILESIZE: "The picture is too large.",
  ERROR_ZERO_CAPTCHA_FILESIZE: "The picture is under 100 bytes: too small to be one.",
  ERROR_NO_SUCH_CAPCHA_ID: "There is no task with this taskId, or its result is no longer kept.",
  WRONG_CAPTCHA_ID: "There is no task with this taskId, or its result is no longer kept.",
  ERROR_CAPTCHA_UNSOLVABLE: "The task could not be solved. It was not charged.",
  ERROR_IP_NOT_ALLOWED: "This key may not be used from your address.",
  ERROR_IP_BANNED: "Too many requests with a wrong key came from your address.",
  ERROR_NO_SUCH_METHOD:
    "There is no such method. Methods are called with POST at the root path, for example POST /createTask.",
  ERROR_TOO_MUCH_REQUESTS: "There were too many requests for this task.",
  ERROR_DOMAIN_NOT_ALLOWED: "The site of this task is not on the operator's list of authorised sites.",
  ERROR_TOKEN_EXPIRED: "A one-time value of this task has expired.",
  ERROR_NO_SLOT_AVAILABLE: "There is no free capacity. Try again in a few seconds.",
  ERROR_RECAPTCHA_INVALID_SITEKEY: "The websiteKey is not valid.",
  ERROR_RECAPTCHA_INVALID_DOMAIN: "The websiteURL does not belong to the websiteKey.",
  ERROR_RECAPTCHA_TIMEOUT: "The time for solving ran out.",
  ERROR_IP_BLOCKED: "Too many failed requests came from your address.",
  ERROR_PROXY_CONNECT_REFUSED: "The proxy could not be reached.",
  ERROR_PROXY_BANNED: "The proxy is banned by the target.",
  ERROR_PROXY_MISSING: "This task type needs the proxy fields.",
  ERROR_PROXY_NOT_AUTHORISED: "The proxy refused proxyLogin and proxyPassword.",
  ERROR_PROXY_READ_TIMEOUT: "The proxy did not answer in time.",
  ERROR_TASK_NOT_SUPPORTED: "This task type is not supported.",
  ERROR_TASK_ABSENT: "The request holds no task.",
  ERROR_WRONG_USERAGENT: "The userAgent is not acceptable.",
  ERROR_SERVICE_NOT_AVAILABLE: "The service cannot answer at the moment. Try again in a few seconds.",
  ERROR_INVALID_TASK: "The task has missing or wrong fields.",
} as const;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** A refusal the caller is meant to see: rendered as `{errorId: 1, errorCode, errorDescription}` with HTTP 200. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;
  /** Seconds after which trying again makes sense; null where it does not depend on time. */
  readonly retryAfter: number | null;

  /** @param description Which field, what was expected, what came, what to do. Defaults to the table's sentence. */
  constructor(
    code: ErrorCode,
    description: string = ERRORS[code],
    options: ErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super(description, options);
    this.code = code;
    this.retryAfter = options.retryAfter ?? null;
  }
}
