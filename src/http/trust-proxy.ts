import { type BlockList, isIP } from "node:net";

/**
 * What Fastify asks of each connection: whether X-Forwarded-For is believed that comes from this address. Whoever else sets it
 * could choose the address that a key is bound to, or that failed sign-ins are counted for.
 */
export function trustOf(proxies: BlockList): false | ((address: string) => boolean) {
  return (
    proxies.rules.length > 0 &&
    ((address) => isIP(address) > 0 && proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"))
  );
}
