import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type BlockList, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import ipaddr from "ipaddr.js";

/** Answers every address of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The address is not one that the desk may reach. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

/** Public by its number, yet the metadata service inside every Azure machine. */
const INTERNAL: ReadonlySet<string> = new Set(["168.63.129.16"]);

/**
 * Decides which addresses the desk connects to at callers' wish: public ones, and what the operator opened. It judges addresses,
 * never names, and its `lookup` is the one that the connection itself uses, so that no second resolution can answer
 * differently (DNS rebinding). A name with one refused address is refused as a whole.
 */
export class AddressGuard {
  readonly #allow: BlockList;
  readonly #resolve: Resolve;

  /** @param allow ranges that are open although they are not public */
  constructor(allow: BlockList, resolve: Resolve = (hostname) => lookup(hostname, { all: true })) {
    this.#allow = allow;
    this.#resolve = resolve;
  }

  /** Why an address (not a name) is refused; null when it may be reached. */
  refusal(address: string): string | null {
    if (isIP(address) === 0) return "is not an address";
    // An IPv4 address in IPv6 clothes (::ffff:a.b.c.d) reaches the same host, so it is judged as what it is.
    const plain = ipaddr.process(address);
    if (this.#allow.check(plain.toString().replace(/%.*/, ""), plain.kind())) return null;
    if (INTERNAL.has(plain.toString())) return "is a cloud metadata address";
    const range = plain.range();
    if (range !== "unicast") return `is not public (${range})`;
    // Of IPv6 only 2000::/3 is assigned for public use (IANA); ipaddr.js calls the rest unicast too.
    const isGlobal = plain.kind() === "ipv4" || ((plain.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
    return isGlobal ? null : "is not public (reserved)";
  }

  /** @throws RefusedAddress unless the address may be reached */
  assert(address: string, hostname = address): void {
    const refusal = this.refusal(address);
    if (refusal === null) return;
    // Callers read this: what internal names resolve to is not for them.
    throw new RefusedAddress(
      address === hostname
        ? `the address ${address} ${refusal}`
        : `${hostname} has an address that ${refusal}`,
    );
  }

  /**
   * The addresses of a host, each of them allowed. @param hostname a name, or an address without brackets
   * @throws RefusedAddress, or what the resolver throws
   */
  async addresses(hostname: string): Promise<readonly LookupAddress[]> {
    const family = isIP(hostname);
    const found = family === 0 ? await this.#resolve(hostname) : [{ address: hostname, family }];
    if (found.length === 0) throw notFound(hostname);
    for (const { address } of found) this.assert(address, hostname);
    return found;
  }

  /** For `net.connect`, which calls it for names only: addresses in the URL have to be checked apart. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const usable = async (): Promise<LookupAddress[]> => {
      const found = await this.addresses(hostname);
      const { family } = options;
      return family === 4 || family === 6 ? found.filter((one) => one.family === family) : [...found];
    };
    callbackify(usable)((error, found) => {
      const [first] = found ?? [];
      if (error !== null) callback(error, "");
      else if (first === undefined) callback(notFound(hostname), "");
      else if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no usable address`), { code: "ENOTFOUND" });
}
