import https from "node:https";
import { connect, type Socket } from "node:net";

/**
 * Leads every https connection of this process, wherever it is meant to go, to a server on this machine: for clients
 * that know only their own service's host. It is what a DNS entry and a certificate would do, without either; the
 * clients' code stays as it is. Not for tests that speak https themselves.
 */
export function detourHttps(url: string): void {
  const { hostname, port } = new URL(url);
  class Detour extends https.Agent {
    override createConnection(): Socket {
      return connect({ host: hostname, port: Number(port) });
    }
  }
  Reflect.set(https, "globalAgent", new Detour());
  // axios would otherwise follow the proxy settings of whoever runs the tests.
  process.env["no_proxy"] = "*";
}
