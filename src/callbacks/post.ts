import { codeOf } from "../base/errors.ts";
import { RefusedAddress, type AddressGuard } from "../outbound/address-guard.ts";
import { guardedClient } from "../outbound/guarded-client.ts";

/** For everything: name resolution, connection, request and answer. The hosted service allows as much. */
const TRY_MS = 2_000;
/** The receiver's answer is not looked at; so much of it is read that an ordinary one ends in peace. */
const ANSWER_BYTES = 1_024;

/** What is posted. */
export interface Payload {
  /** Its content type. */
  readonly type: string;
  readonly body: string;
}

/** What came of one try. */
export interface Try {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** Why there was none, without the URL: it may hold secrets. */
  readonly error: string | null;
  readonly durationMs: number;
}

export function wasAccepted({ status }: Try): boolean {
  return status !== null && status >= 200 && status < 300;
}

/**
 * Posts once, over a connection of its own. Never rejects.
 */
export async function post(
  guard: AddressGuard,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { type, body }: Payload,
): Promise<Try> {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  const signal = AbortSignal.timeout(TRY_MS);
  const client = guardedClient(guard, url, TRY_MS);
  try {
    const response = await client.request({
      method: "POST",
      path: url.pathname + url.search,
      headers: { ...headers, "content-type": type, "user-agent": "glyphdesk" },
      body,
      signal,
    });
    const durationMs = took();
    await response.body.dump({ limit: ANSWER_BYTES, signal }).catch(() => undefined);
    return { status: response.statusCode, error: null, durationMs };
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${TRY_MS / 1000} s` : reasonOf(error);
    return { status: null, error: reason, durationMs: took() };
  } finally {
    await client.destroy().catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedAddress) return `refused: ${error.message}`;
  return codeOf(error) || "the request failed";
}
