import { isIP } from "node:net";
import { OperatorError } from "../base/errors.ts";

/** Names under which every host is a test host (RFC 2606, RFC 6762, RFC 8375), so that one label is enough. */
const TEST_DOMAINS = new Set(["test", "example", "localhost", "local", "internal", "home.arpa"]);
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * The stored form of a host pattern: `example.com` is that host alone, `*.example.com` every host below it.
 * An address such as `https://example.com/login` counts as its host.
 * @throws OperatorError when it is no host, or so wide that nobody could have agreed to it
 */
export function parsePattern(text: string): string {
  const wide = text.trim().startsWith("*.");
  const bare = wide ? text.trim().slice(2) : text.trim();
  const host = hostIn(bare);
  if (host === null || (isIP(host) === 0 && !host.split(".").every((label) => LABEL.test(label)))) {
    throw new OperatorError(
      `"${text}" is not a host. Write it like shop.example.com, or *.example.com for every host below example.com.`,
    );
  }
  if (!wide) return host;
  const labels = host.split(".");
  if (isIP(host) !== 0 || (labels.length < 2 && !TEST_DOMAINS.has(host))) {
    throw new OperatorError(`"${text}" is too wide: name the owner's own domain, like *.example.com.`);
  }
  return `*.${host}`;
}

function hostIn(text: string): string | null {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.username !== "" || url.hostname === "") return null;
  return url.hostname.replace(/\.$/, "").replace(/^\[(.*)\]$/, "$1");
}

/** The patterns that a host falls under: itself, and `*.` with each domain above it. */
export function patternsFor(host: string): string[] {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const labels = bare.split(".");
  if (isIP(bare) !== 0) return [bare];
  return [bare, ...labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join(".")}`)];
}
