import { isIP } from "node:net";
import { buildConnector, Client } from "undici";
import type { AddressGuard } from "./address-guard.ts";

/**
 * One connection to the host of an address that a caller named; to be destroyed after use. Redirects are not followed
 * and no proxy of the environment is used: a Client does neither. It carries one request, so that none is ever lost on a
 * connection that the other side has closed meanwhile.
 * @param connectMs how long the name and the connection may take
 */
export function guardedClient(guard: AddressGuard, url: URL, connectMs: number): Client {
  return new Client(url.origin, { connect: guardedConnector(guard, connectMs), pipelining: 0 });
}

/** Connects only to addresses that the guard allows: literal ones checked here, resolved ones by its lookup. */
function guardedConnector(guard: AddressGuard, timeout: number): buildConnector.connector {
  const connect = buildConnector({ lookup: guard.lookup, timeout });
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
