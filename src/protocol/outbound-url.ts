/**
 * Why the desk connects to no such address, whoever names it, as the end of a sentence "expected …"; null for one that
 * may be tried. What the host resolves to is judged when it is connected to. Says nothing of the path: it may hold secrets.
 */
export function outboundFault(address: string): string | null {
  const url = URL.parse(address);
  if (url === null) return "an absolute address, such as https://example.com/a?id=7";
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return `an http or https address, got ${url.protocol}`;
  }
  if (url.username !== "" || url.password !== "") {
    return "an address without user name and password; put a secret into the path or the query";
  }
  // Below 1024 live services that a foreign server should not be made to talk to, such as mail.
  if (url.port !== "" && Number(url.port) < 1024 && url.port !== "80" && url.port !== "443") {
    return `port 80, 443, or one from 1024 on, got ${url.port}`;
  }
  return null;
}
