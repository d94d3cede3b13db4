import { hash, verify } from "@node-rs/argon2";
import { createHash, randomBytes } from "node:crypto";

/** argon2id with the parameters that OWASP names first: 19 MiB, two passes, one lane; about 25 ms. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const MIN_PASSWORD = 10;

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

/** Of a name that nobody has, so that a wrong name takes as long as a wrong password. Made once, of a random one. */
let nobody: Promise<string> | null = null;

/** @param stored null when there is no such worker, or none with a password: then it is never right */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(16).toString("hex"));
  const right = await verify(stored ?? (await nobody), password.normalize("NFKC"));
  return right && stored !== null;
}

/** A random token for a link or a cookie, and the hash that is kept of it: 256 bits need no slow one. */
export function newToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The CSRF token of a session: made from its token, so that only who has the cookie can know it. */
export function csrfOf(token: string): string {
  return createHash("sha256").update(`csrf:${token}`).digest("base64url");
}
