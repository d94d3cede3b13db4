import assert from "node:assert/strict";
import { createServer } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { parseRanges } from "../../src/config/ranges.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { AddressGuard, type Resolve } from "../../src/outbound/address-guard.ts";
import { CallbackUrls } from "../../src/callbacks/callback-url.ts";
import { post } from "../../src/callbacks/post.ts";

const PUBLIC = "93.184.215.14";
const answer = (...addresses: string[]) => addresses.map((address) => ({ address, family: isIP(address) }));
const noNames: Resolve = () => assert.fail("nothing should be resolved");

/** A receiver on the loopback interface that must never be reached. */
let reached = 0;
const local = createServer((_request, response) => {
  reached += 1;
  response.writeHead(302, { location: `http://127.0.0.1:${port}/private` }).end();
}).listen(0, "127.0.0.1");
await new Promise((resolve) => local.once("listening", resolve));
const { port } = local.address() as AddressInfo;
after(() => local.close());

const REFUSED: readonly [address: string, why: string][] = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "this network"],
  ["10.0.0.1", "private"],
  ["100.64.0.1", "carrier-grade NAT"],
  ["100.100.100.200", "metadata, Alibaba"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["168.63.129.16", "metadata, Azure"],
  ["169.254.169.254", "metadata, link-local"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.192", "metadata, Oracle"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relay"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmark"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::7f00:1", "IPv4-compatible"],
  ["::ffff:127.0.0.1", "IPv4-mapped"],
  ["::ffff:a00:1", "IPv4-mapped, in hexadecimal"],
  ["0:0:0:0:0:ffff:10.0.0.1", "IPv4-mapped, written out"],
  ["::ffff:0:7f00:1", "IPv4-translated"],
  ["64:ff9b::7f00:1", "NAT64"],
  ["64:ff9b:1::a00:1", "local NAT64"],
  ["100::1", "discard"],
  ["2001::1", "Teredo"],
  ["2001:2::1", "benchmark"],
  ["2001:10::1", "ORCHID"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "6to4"],
  ["3fff::1", "documentation"],
  ["4000::1", "unassigned"],
  ["5f00::1", "segment routing"],
  ["fc00::1", "unique local"],
  ["fd00:ec2::254", "metadata, AWS"],
  ["fe80::1", "link-local"],
  ["fe80::1%lo", "link-local with a zone"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["not an address", "no address"],
];

describe("the address guard", () => {
  const guard = new AddressGuard(parseRanges(""));

  for (const [address, why] of REFUSED) {
    it(`refuses ${address} (${why})`, () => assert.notEqual(guard.refusal(address), null));
  }

  for (const address of [PUBLIC, "1.1.1.1", "172.32.0.1", "2606:4700::1111", `::ffff:${PUBLIC}`]) {
    it(`allows ${address}`, () => assert.equal(guard.refusal(address), null));
  }

  it("allows what the operator opened, and no more", () => {
    const opened = new AddressGuard(parseRanges("10.1.0.0/16, fd00::/8"));
    assert.equal(opened.refusal("10.1.2.3"), null);
    assert.equal(opened.refusal("::ffff:10.1.2.3"), null);
    assert.equal(opened.refusal("fd12::1"), null);
    assert.notEqual(opened.refusal("10.2.0.1"), null);
    assert.notEqual(opened.refusal("fc00::1"), null);
    assert.notEqual(opened.refusal("64:ff9b::a01:203"), null);
  });

  it("refuses a name with one private address among public ones", async () => {
    const mixed = new AddressGuard(parseRanges(""), async () => answer(PUBLIC, "10.0.0.1"));
    await assert.rejects(
      mixed.addresses("mixed.example"),
      /: mixed\.example has an address that is not public \(private\)$/,
    );
  });
});

/** What createTask says to a callbackUrl: an error code, or the address that it stores. */
async function verdictOn(url: unknown, resolve: Resolve): Promise<string> {
  try {
    return String(await new CallbackUrls(new AddressGuard(parseRanges(""), resolve)).read(url));
  } catch (error) {
    assert(error instanceof ProtocolError);
    assert.match(error.message, /^callbackUrl: /);
    return error.code;
  }
}

describe("callbackUrl", () => {
  const refused: readonly [what: string, url: unknown][] = [
    ["decimal", "http://2130706433/"],
    ["octal", "http://0177.0.0.1/"],
    ["octal without dots", "http://017700000001/"],
    ["hexadecimal", "http://0x7f000001/"],
    ["hexadecimal parts", "http://0x7f.0x0.0x0.0x1/"],
    ["short form", "http://127.1/"],
    ["zero", "http://0/"],
    ["trailing dot", "http://127.0.0.1./"],
    ["full-width digits", "http://１２７.0.0.1/"],
    ["percent-encoded", "http://%31%32%37.0.0.1/"],
    ["IPv6 loopback", "http://[::1]/"],
    ["IPv6 mapped", "http://[::ffff:127.0.0.1]/"],
    ["IPv6 NAT64", "http://[64:ff9b::10.0.0.1]/"],
    ["metadata", "http://169.254.169.254/latest/meta-data/"],
    ["backslashes", "http:\\\\127.0.0.1\\"],
    ["credentials", "https://user:secret@93.184.215.14/"],
    ["a user that looks like the host", "http://93.184.215.14@127.0.0.1/"],
    ["port of mail", "http://93.184.215.14:25/"],
    ["port 0", "http://93.184.215.14:0/"],
    ["port out of range", "http://93.184.215.14:65536/"],
    ["file", "file:///etc/passwd"],
    ["gopher", "gopher://93.184.215.14/"],
    ["data", "data:text/plain,hello"],
    ["relative", "/result"],
    ["too long", `http://93.184.215.14/${"a".repeat(2_048)}`],
    ["a number", 7],
    ["an object", { url: "http://93.184.215.14/" }],
  ];
  for (const [what, url] of refused) {
    it(`refuses: ${what}`, async () => assert.equal(await verdictOn(url, noNames), "ERROR_INVALID_TASK"));
  }

  it("refuses names with private addresses, however they are written", async () => {
    for (const host of [
      "localhost",
      "localhost.",
      "LOCALHOST",
      "internal.example",
      "internal.example.:8080",
    ]) {
      assert.equal(
        await verdictOn(`http://${host}/`, async () => answer("127.0.0.1", "::1")),
        "ERROR_INVALID_TASK",
      );
    }
  });

  it("tells a name that does not exist from a resolver that is out of order", async () => {
    const failing =
      (code: string): Resolve =>
      () =>
        Promise.reject(Object.assign(new Error("lookup failed"), { code }));
    assert.equal(await verdictOn("http://gone.example/", failing("ENOTFOUND")), "ERROR_INVALID_TASK");
    assert.equal(await verdictOn("http://a.example/", failing("EAI_AGAIN")), "ERROR_SERVICE_NOT_AVAILABLE");
    const hanging: Resolve = () => new Promise(() => undefined);
    assert.equal(await verdictOn("http://a.example/", hanging), "ERROR_SERVICE_NOT_AVAILABLE");
  });

  it("takes public addresses, normalised, and treats an empty one as none", async () => {
    const resolve: Resolve = async () => answer(PUBLIC);
    assert.equal(await verdictOn("HTTPS://Example.COM:443/a?b=c#d", resolve), "https://example.com/a?b=c");
    assert.equal(await verdictOn("http://example.com:8080", resolve), "http://example.com:8080/");
    assert.equal(await verdictOn("", noNames), "undefined");
    assert.equal(await verdictOn(undefined, noNames), "undefined");
  });
});

describe("posting", () => {
  const attempt = (guard: AddressGuard, url: string) =>
    post(guard, new URL(url), {}, { type: "application/json", body: "{}" });

  it("refuses an address at connect time that was public when it was checked (rebinding)", async () => {
    let asked = 0;
    const rebinding = new AddressGuard(parseRanges(""), async () => {
      asked += 1;
      return answer(asked === 1 ? PUBLIC : "127.0.0.1");
    });
    const url = await new CallbackUrls(rebinding).read(`http://rebind.example:${port}/`);
    const made = await attempt(rebinding, String(url));
    assert.equal(made.status, null);
    assert.match(
      String(made.error),
      /^refused: rebind\.example has an address that is not public \(loopback\)$/,
    );
    assert.equal(asked, 2);
    assert.equal(reached, 0);
  });

  it("resolves once and connects to that answer", async () => {
    let asked = 0;
    const guard = new AddressGuard(parseRanges("127.0.0.0/8"), async () => {
      asked += 1;
      return answer("127.0.0.1");
    });
    assert.equal((await attempt(guard, `http://once.example:${port}/`)).status, 302);
    assert.equal(asked, 1);
  });

  it("refuses literal addresses, for which nothing is looked up", async () => {
    const before = reached;
    for (const host of ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]"]) {
      const made = await attempt(new AddressGuard(parseRanges(""), noNames), `http://${host}:${port}/`);
      assert.match(String(made.error), /^refused: /, host);
    }
    assert.equal(reached, before);
  });

  it("does not follow redirects", async () => {
    const before = reached;
    const made = await attempt(new AddressGuard(parseRanges("127.0.0.0/8")), `http://127.0.0.1:${port}/`);
    assert.equal(made.status, 302);
    assert.equal(reached, before + 1);
  });

  it("uses no proxy of the environment", async () => {
    const before = reached;
    const names = ["http_proxy", "HTTP_PROXY", "NODE_USE_ENV_PROXY"] as const;
    for (const name of names) process.env[name] = name === "NODE_USE_ENV_PROXY" ? "1" : "http://127.0.0.1:1";
    const made = await attempt(new AddressGuard(parseRanges("127.0.0.0/8")), `http://127.0.0.1:${port}/`);
    for (const name of names) delete process.env[name];
    assert.equal(made.status, 302);
    assert.equal(reached, before + 1);
  });
});
