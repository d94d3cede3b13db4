import { BlockList, isIP } from "node:net";

/**
 * Reads `10.0.0.0/8, fd00::/8, 192.0.2.7` into a list that answers `check(address, family)`.
 * @throws RangeError naming the first part that is not an address or a CIDR range.
 */
export function parseRanges(text: string): BlockList {
  const ranges = new BlockList();
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    const [address = "", prefix] = part.split("/");
    const version = isIP(address);
    const bits = prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new RangeError(`"${part}" is not an address or a CIDR range`);
    }
    ranges.addSubnet(address, bits, version === 6 ? "ipv6" : "ipv4");
  }
  return ranges;
}
