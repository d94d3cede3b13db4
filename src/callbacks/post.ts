import { isIP } from "node:net";
import { buildConnector, Client } from "undici";
import { RefusedAddress, type AddressGuard } from "./address-guard.ts";

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
 * Posts once. Never rejects. Redirects are not followed and no proxy of the environment is used: a Client does
 * neither. One connection for each try: none is kept that a receiver may have closed meanwhile.
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
  const client = new Client(url.origin, { connect: guardedConnector(guard), pipelining: 0 });
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

/** Connects only to addresses that the guard allows: literal ones checked here, resolved ones by its lookup. */
function guardedConnector(guard: AddressGuard): buildConnector.connector {
  const connect = buildConnector({ lookup: guard.lookup, timeout: TRY_MS });
  return (options, callback) => {
    try {
      if (isIP(options.hostname) !== 0) guard.assert(options.hostname);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(options, callback);
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof RefusedAddress) return `refused: ${error.message}`;
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "the request failed";
}
