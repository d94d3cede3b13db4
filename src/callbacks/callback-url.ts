import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "../base/errors.ts";
import { PINGBACK } from "../protocol/callback-form.ts";
import { nameOfKind } from "../protocol/json.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { outboundFault } from "../protocol/outbound-url.ts";
import { RefusedAddress, type AddressGuard } from "../outbound/address-guard.ts";

const MAX_LENGTH = 2_048;
/** createTask waits no longer for a name. */
const RESOLVE_MS = 1_500;
/** How long an answer of the resolver spares the next createTask its own. Connecting never relies on it. */
const BELIEVED_MS = 10_000;
const REMEMBERED = 1_000;

/**
 * Checks the `callbackUrl` of createTask, so that a mistake shows at once and not as a callback that never comes.
 * What the caller has to change is `ERROR_INVALID_TASK`, the protocol's code for wrong fields; a name that cannot be
 * resolved at the moment is `ERROR_SERVICE_NOT_AVAILABLE`, its code for callbacks that are out of order, which clients
 * answer by trying again.
 */
export class CallbackUrls {
  readonly #guard: AddressGuard;
  readonly #checked = new Map<string, { readonly result: Promise<void>; readonly until: number }>();

  constructor(guard: AddressGuard) {
    this.#guard = guard;
  }

  /** @returns the normalised address, or undefined when none was given. @throws ProtocolError */
  async read(value: unknown): Promise<string | undefined> {
    if (value === undefined || value === "") return undefined;
    const url = parse(value);
    // Literal IPv6 addresses stand in brackets.
    const hostname = url.hostname.replace(/^\[|\]$/g, "");
    await this.#reachable(hostname);
    return url.href;
  }

  #reachable(hostname: string): Promise<void> {
    const known = this.#checked.get(hostname);
    if (known !== undefined && known.until > performance.now()) return known.result;
    if (this.#checked.size >= REMEMBERED) this.#checked.clear();
    const result = this.#check(hostname);
    this.#checked.set(hostname, { result, until: performance.now() + BELIEVED_MS });
    // A fault of the resolver may be over the next moment.
    result.catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === "ERROR_SERVICE_NOT_AVAILABLE") {
        this.#checked.delete(hostname);
      }
    });
    return result;
  }

  async #check(hostname: string): Promise<void> {
    const timer = new AbortController();
    const late = delay(RESOLVE_MS, "late" as const, { signal: timer.signal });
    late.catch(() => undefined);
    try {
      const found = await Promise.race([this.#guard.addresses(hostname), late]);
      if (found === "late") throw unresolved(hostname, "in time");
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      if (error instanceof RefusedAddress) {
        throw refuse(
          `a public address, but ${error.message}. The operator can open private ranges with GLYPHDESK_CALLBACK_ALLOW`,
        );
      }
      if (codeOf(error) === "ENOTFOUND") throw refuse(`a host that exists, but there is no ${hostname}`);
      throw unresolved(hostname, "at the moment");
    } finally {
      timer.abort();
    }
  }
}

function parse(value: unknown): URL {
  if (typeof value !== "string") throw refuse(`a string, got ${nameOfKind(value)}`);
  if (value.length > MAX_LENGTH) {
    throw refuse(`at most ${MAX_LENGTH} characters, got ${value.length}`);
  }
  const fault = outboundFault(value);
  if (fault !== null) throw refuse(fault);
  const url = new URL(value);
  if (url.hash !== PINGBACK) url.hash = "";
  return url;
}

function refuse(expected: string): ProtocolError {
  return new ProtocolError(
    "ERROR_INVALID_TASK",
    `callbackUrl: expected ${expected}. Correct it, or leave it out and ask with getTaskResult.`,
  );
}

function unresolved(hostname: string, when: string): ProtocolError {
  return new ProtocolError(
    "ERROR_SERVICE_NOT_AVAILABLE",
    `callbackUrl: the name ${hostname} could not be resolved ${when}. Nothing was charged; try again, or leave callbackUrl out.`,
  );
}
