import { Type, type TObject } from "typebox";
import { preview, type Fault } from "../fields.ts";
import type { JsonObject } from "../json.ts";

/** Building blocks of the catalogue's rows. */

/** Characters of a text where its row says nothing else. */
export const USUAL_LENGTH = 4096;

/** A required or optional line of text; `maxLength` bounds what is stored. */
export function text(description: string, options: { maxLength?: number; default?: string } = {}) {
  return Type.String({ maxLength: USUAL_LENGTH, ...options, description });
}

export function optionalText(description: string, options: { maxLength?: number; default?: string } = {}) {
  return Type.Optional(text(description, options));
}

export function optionalFlag(description: string) {
  return Type.Optional(Type.Boolean({ description, default: false }));
}

/** A whole page or picture in Base64; the size of the request bounds it. */
export function payload(description: string) {
  return Type.String({ description });
}

const URL_DESCRIPTION = "the page's full address, starting with http:// or https://";

/** Addresses of sign-in pages carry whole requests in their query. */
export const URL_LENGTH = 16_384;

export const websiteURL = text(URL_DESCRIPTION, { maxLength: URL_LENGTH });
export const optionalWebsiteURL = optionalText(URL_DESCRIPTION, { maxLength: URL_LENGTH });
export const websiteKey = text("the widget's site key (a string)", { maxLength: 1000 });
export const userAgent = optionalText("a browser's User-Agent (a string)");
export const cookies = optionalText("cookies as one string: name1=value1; name2=value2", {
  maxLength: 65_536,
});
export const nocache = optionalFlag("true to refuse a remembered answer, else false");
export const isInvisible = optionalFlag("true when the widget is invisible, else false");
export const pageAction = optionalText("the widget's action (a string)", {
  maxLength: 1000,
  default: "verify",
});

/** Site and key: what nearly every widget needs. */
export const site = { websiteURL, websiteKey };

/** The shortest deadline that a caller may set. */
const MIN_DEADLINE_MS = 1_000;

/** What every task may say beyond the protocol; createTask takes both beside the task, too. */
export const ANY_TASK = {
  deadlineMs: Type.Optional(
    Type.Number({
      minimum: MIN_DEADLINE_MS,
      ignored: [0],
      description: `milliseconds after which the answer is of no use, from ${MIN_DEADLINE_MS} on; the type's own deadline is the longest`,
    }),
  ),
  confidence: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        "true to have the solution say how sure the answer is, as confidence from 0 to 1, else false",
    }),
  ),
};

/** A solution's strings, each with its meaning. */
export function solutionOf(fields: Readonly<Record<string, string>>): TObject {
  return Type.Object(
    Object.fromEntries(
      Object.entries(fields).map(([name, description]) => [name, Type.String({ description })]),
    ),
  );
}

/** A map from names to strings, such as cookies. */
export function stringMap(description: string) {
  return Type.Record(Type.String(), Type.String(), { description });
}

export const SITE_EXAMPLE = { websiteURL: "https://shop.example/login", websiteKey: "site-key" } as const;
const AGENT =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
export const PROXY_EXAMPLE = {
  proxyType: "http",
  proxyAddress: "203.0.113.7",
  proxyPort: 8080,
  proxyLogin: "login",
  proxyPassword: "password",
} as const;

/** A documented request: the required values, and with the optional ones, a User-Agent and a proxy. */
export function example(minimal: JsonObject, optional: JsonObject = {}) {
  return { minimal, full: { ...minimal, userAgent: AGENT, ...PROXY_EXAMPLE, ...optional } };
}

/** websiteURL must be a full address; the protocol has a code of its own for that. */
export function urlFault(fields: Readonly<Record<string, unknown>>): Fault | null {
  const { websiteURL: address } = fields;
  if (typeof address !== "string" || hostOf(address) !== null) return null;
  return {
    field: "websiteURL",
    sentence: `expected ${URL_DESCRIPTION}, got ${preview(address)}`,
    code: "ERROR_RECAPTCHA_INVALID_DOMAIN",
  };
}

/** The host of an http or https address, in lower case and without a final dot; null when it is not one. */
export function hostOf(address: string): string | null {
  const url = URL.parse(address.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const host = url.hostname.replace(/\.$/, "");
  // DNS allows 253 characters. Patterns are made of each label, so 16,000 characters of "a.a.a…" blocked for 4 s.
  return host === "" || host.length > 253 ? null : host;
}
