import { isIP } from "node:net";
import type { KeyLimits } from "../accounts/key-limits.ts";
import { formatDollars } from "../base/money.ts";
import { hostOf } from "../protocol/catalogue/shared.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ProtocolError, type ErrorCode } from "../protocol/errors.ts";
import { patternsFor } from "../sites/pattern.ts";
import type { Exceeded } from "../tasks/budgets.ts";

/** The hosted service's HTTP status of a refusal, for keys that ask for it. */
export const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  ERROR_ZERO_BALANCE: 402,
  ERROR_KEY_DOES_NOT_EXIST: 403,
  ERROR_IP_NOT_ALLOWED: 403,
  ERROR_TOO_MUCH_REQUESTS: 429,
  ERROR_NO_SLOT_AVAILABLE: 429,
};

/**
 * Whether the key may be used at all: now, and from this address.
 * @throws ProtocolError
 */
export function checkKey({ expiresAt, addresses }: KeyLimits, ip: string): void {
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
    throw new ProtocolError(
      "ERROR_KEY_DOES_NOT_EXIST",
      `This key expired at ${expiresAt.toISOString()}. The operator can extend it: glyphdesk key limit KEY --expires ….`,
    );
  }
  const family = isIP(ip);
  if (addresses !== null && (family === 0 || !addresses.check(ip, family === 6 ? "ipv6" : "ipv4"))) {
    throw new ProtocolError(
      "ERROR_IP_NOT_ALLOWED",
      `This key may not be used from ${family === 0 ? "an unknown address" : ip}. The operator can allow it: glyphdesk key limit KEY --ips ….`,
    );
  }
}

/**
 * Whether the key may create such a task.
 * @throws ProtocolError
 */
export function checkTask(
  { types, sites }: KeyLimits,
  { name, title, schema }: TaskType,
  { websiteURL }: Readonly<Record<string, unknown>>,
): void {
  if (types !== null && !types.has(title.toLowerCase()) && !types.has(name.toLowerCase())) {
    throw new ProtocolError(
      "ERROR_TASK_NOT_SUPPORTED",
      `This key may not create tasks of the type ${title}; its types are ${[...types].join(", ") || "none"}. Another key of the account may.`,
    );
  }
  if (sites === null || schema.properties["websiteURL"] === undefined) return;
  const host = typeof websiteURL === "string" ? hostOf(websiteURL) : null;
  if (host !== null && patternsFor(host).some((pattern) => sites.has(pattern))) return;
  throw new ProtocolError(
    "ERROR_DOMAIN_NOT_ALLOWED",
    host === null
      ? "This key is for certain sites only: send websiteURL, the full address of the page that the task comes from."
      : `This key may not be used for the site ${host.slice(0, 100)}. The operator can allow it: glyphdesk key limit KEY --sites ….`,
  );
}

/** The refusal of a task that its key's budget does not cover. */
export function overBudget({ which, limit, spent }: Exceeded): ProtocolError {
  const when =
    which === "daily"
      ? "It begins anew at 00:00 UTC; the operator can raise it: glyphdesk key limit KEY --daily …."
      : "The operator can raise it: glyphdesk key limit KEY --total ….";
  return new ProtocolError(
    "ERROR_ZERO_BALANCE",
    `The ${which} budget of this key, ${formatDollars(limit)} dollars, does not cover the task: ${formatDollars(spent)} are spent. ${when}`,
  );
}

/**
 * Holds keys to their tasks per minute. A minute's worth may come at once, after that they may come evenly. It counts in
 * this process only. Whoever is refused is not counted, so trying again too early costs nothing.
 */
export class TaskRate {
  /** By key: when the next task would come if all had come evenly. Only keys with a rate are in here. */
  readonly #next = new Map<number, number>();

  /** @throws ProtocolError that says when to try again */
  count(keyId: number, perMinute: number, now = performance.now()): void {
    const interval = 60_000 / perMinute;
    const next = Math.max(now, this.#next.get(keyId) ?? 0);
    const waitMs = next - (perMinute - 1) * interval - now;
    if (waitMs <= 0) {
      this.#next.set(keyId, next + interval);
      return;
    }
    const seconds = Math.ceil(waitMs / 1000);
    throw new ProtocolError(
      "ERROR_NO_SLOT_AVAILABLE",
      `This key may create ${perMinute} tasks a minute. Try again in ${seconds} s; asking for results is not limited by this.`,
      { retryAfter: seconds },
    );
  }
}
