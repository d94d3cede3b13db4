import { isIP } from "node:net";
import { Type, type TSchema } from "typebox";
import type { ErrorCode } from "../errors.ts";
import { fieldReader, preview, type Fault, type Reading } from "../fields.ts";
import type { JsonObject } from "../json.ts";

/** Whether a task type takes the proxy block. It is validated and stored masked; this desk never connects to it. */
export type ProxyUse = "none" | "optional" | "required";

const PROXY_TYPES = ["http", "https", "socks4", "socks5"];
/** Stands in the stored task for what must not be read by anyone. */
const MASK = "***";

const ProxyBlock = Type.Object({
  proxyType: Type.Optional(Type.Enum(PROXY_TYPES, { description: "http, https, socks4 or socks5" })),
  proxyAddress: Type.Optional(
    Type.String({
      maxLength: 253,
      description: "an IPv4 or IPv6 address or a host name, not of the local machine",
    }),
  ),
  proxyPort: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      ignored: [0],
      description: "a whole number from 1 to 65535",
    }),
  ),
  proxyLogin: Type.Optional(Type.String({ maxLength: 500, description: "a string without %" })),
  proxyPassword: Type.Optional(Type.String({ maxLength: 500, description: "a string without %" })),
});

const read = fieldReader(ProxyBlock);
const NAMES = Object.keys(ProxyBlock.properties);

/** The block's properties, for a schema. */
export function proxyFields(use: ProxyUse): Readonly<Record<string, TSchema>> {
  return use === "none" ? {} : ProxyBlock.properties;
}

/**
 * Reads the proxy block. Without `proxyAddress` there is no proxy, whatever the other fields say: some clients always
 * send `proxyType: "http"` and `proxyPort: 0`.
 */
export function readProxy(task: JsonObject, use: ProxyUse): Reading {
  const { fields, faults } = read(task);
  if (fields["proxyAddress"] === undefined && use === "optional") return { fields: {}, faults: [] };
  const wrong: Fault[] = faults.map(({ field, sentence }) => ({ field, sentence, code: codeOf(field) }));
  const known = new Set(wrong.map(({ field }) => field));
  const needed = use === "required" ? NAMES : ["proxyType", "proxyAddress", "proxyPort"];
  for (const name of needed) {
    if (fields[name] !== undefined || known.has(name)) continue;
    const description = String(Reflect.get(Reflect.get(ProxyBlock.properties, name) ?? {}, "description"));
    wrong.push({
      field: name,
      sentence: `expected ${description}, got nothing`,
      code: "ERROR_PROXY_MISSING",
    });
  }
  wrong.push(...addressFaults(fields["proxyAddress"], known), ...credentialFaults(fields, known));
  const masked = { ...fields };
  for (const name of ["proxyLogin", "proxyPassword"]) if (masked[name] !== undefined) masked[name] = MASK;
  return { fields: masked, faults: wrong };
}

function codeOf(field: string): ErrorCode {
  return field === "proxyType" || field === "proxyPort" ? "ERROR_PROXY_MISSING" : "ERROR_INVALID_TASK";
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/i;
const LOCAL = /^(localhost\.?|.*\.localhost|127\..*|0\.0\.0\.0|::1?|::ffff:127\..*)$/i;

function addressFaults(address: unknown, known: ReadonlySet<string>): Fault[] {
  if (typeof address !== "string" || known.has("proxyAddress")) return [];
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  const usable = isIP(bare) !== 0 || (HOST_NAME.test(bare) && !/^[\d.]+$/.test(bare));
  if (usable && !LOCAL.test(bare)) return [];
  return [
    {
      field: "proxyAddress",
      sentence: `expected an IPv4 or IPv6 address or a host name, not of the local machine, got ${preview(address)}`,
    },
  ];
}

/** The values are not shown: they are secrets. */
function credentialFaults(fields: Reading["fields"], known: ReadonlySet<string>): Fault[] {
  return ["proxyLogin", "proxyPassword"]
    .filter((name) => {
      const value = fields[name];
      return typeof value === "string" && value.includes("%") && !known.has(name);
    })
    .map((field) => ({
      field,
      sentence: "expected a string without %, got one that contains it",
      code: "ERROR_PROXY_CREDENTIALS_INVALID_CHARACTER",
    }));
}
