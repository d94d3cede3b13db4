import { timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Database } from "../../database/database.ts";
import { csrfOf } from "../../people/passwords.ts";
import { findSession, SESSION_HOURS, type SignedIn } from "../../people/sessions.ts";
import { Refusal, signedOut } from "./refusal.ts";

const COOKIE = "glyphdesk_session";

/** Who a request comes from, and what its page proves itself with. */
export interface Visitor {
  readonly who: SignedIn;
  readonly csrf: string;
}

/** What proxies in front say of the browser's request; of several proxies the outermost counts. */
function forwarded({ headers }: FastifyRequest, what: "host" | "proto"): string | undefined {
  const [first] = [headers[`x-forwarded-${what}`]].flat();
  return first?.split(",", 1)[0]?.trim().toLowerCase();
}

/** The scheme that the browser sees: a proxy in front says so, and nobody gains by lying about it. */
function schemeOf(request: FastifyRequest): "http" | "https" {
  return forwarded(request, "proto") === "https" ? "https" : request.protocol;
}

/**
 * The origin of this desk as the request's browser sees it. A proxy in front may say so: no page can make another's browser
 * lie about it, and who lies about it to themselves could do so by the Host header as well.
 */
export function originOf(request: FastifyRequest): string {
  const at = (host: string | undefined) =>
    host === undefined ? undefined : URL.parse(`${schemeOf(request)}://${host}`)?.origin;
  return at(forwarded(request, "host")) ?? at(request.headers.host) ?? `${schemeOf(request)}://localhost`;
}

/** @param path ports share cookies: this keeps it from what else runs on this host, and each page's from the other */
export function setCookie(request: FastifyRequest, reply: FastifyReply, path: string, token: string): void {
  const flags = `HttpOnly; SameSite=Strict; Path=${path}`;
  const secure = schemeOf(request) === "https" ? "; Secure" : "";
  const age = token === "" ? 0 : SESSION_HOURS * 3600;
  void reply.header("set-cookie", `${COOKIE}=${token}; ${flags}; Max-Age=${age}${secure}`);
}

function cookieOf(request: FastifyRequest): string {
  const found = (request.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE}=`));
  return found?.slice(COOKIE.length + 1) ?? "";
}

/** @throws Refusal when there is no session, or it is over */
export async function visitorOf(database: Database, request: FastifyRequest): Promise<Visitor> {
  const token = cookieOf(request);
  if (token.length < 20 || token.length > 100) throw signedOut();
  const who = await findSession(database, token);
  if (who === null) throw signedOut();
  return { who, csrf: csrfOf(token) };
}

/**
 * Browsers name the origin of whatever a page sends; another's is refused before anything is looked at.
 * @throws Refusal
 */
export function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  const from = URL.parse(origin);
  const isFrom = (name: string | undefined) =>
    from !== null && name !== undefined && URL.parse(`${from.protocol}//${name}`)?.host === from.host;
  if (isFrom(host) || isFrom(forwarded(request, "host"))) return;
  throw new Refusal(403, "FORBIDDEN", "This call comes from another site.");
}

/** @throws Refusal unless the request carries the session's CSRF token */
export function checkCsrf(request: FastifyRequest, { csrf }: Visitor): void {
  const inBody = (request.body as { readonly csrf?: unknown } | undefined)?.csrf;
  const given = request.headers["x-csrf-token"] ?? inBody;
  const right = Buffer.from(csrf);
  const sent = Buffer.from(typeof given === "string" ? given : "");
  if (sent.byteLength === right.byteLength && timingSafeEqual(sent, right)) return;
  throw new Refusal(
    403,
    "FORBIDDEN",
    "The header x-csrf-token is missing or does not fit the session. Load the page again.",
  );
}
