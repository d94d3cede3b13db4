import type { Fields } from "../../src/widgets/vendor.ts";
import { widgetOf } from "../../src/widgets/vendors.ts";

/** One row of the table of vendors as the widget tests exercise it, or one of its variants. */
export interface Row {
  readonly title: string;
  /** Fields of the task besides the key. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** What the vendor's script is told besides the key. */
  readonly told?: Readonly<Record<string, unknown>>;
  /** Without the User-Agent, which all but some have. */
  readonly solution: Readonly<Record<string, unknown>>;
  /** Site key → code and detail of the error that it brings. */
  readonly errors: Readonly<Record<string, readonly [code: string, detail: string]>>;
  /** Who tells that a token was not used in time: the vendor, or nobody. Its time is counted by the desk in any case. */
  readonly expiry: "told" | "untold";
  /** Seconds that a token is good for; five less are promised. */
  readonly lifetime: number;
}

const google = {
  errors: {
    "broken-key": ["other", ""],
    "thrown-key": ["invalid-sitekey", "Invalid site key: thrown-key"],
  },
  expiry: "told",
  lifetime: 120,
  solution: { gRecaptchaResponse: "token-1" },
} as const;
const score = {
  errors: { "wrong-key": ["invalid-sitekey", "Invalid site key or not loaded in api.js: wrong-key"] },
  expiry: "untold",
  lifetime: 120,
} as const;
const hcaptcha = {
  title: "HCaptchaTask",
  errors: { "broken-key": ["other", "network-error"] },
  expiry: "told",
  lifetime: 120,
} as const;
const friendly = {
  title: "CustomTask friendly",
  lifetime: 120,
  solution: { token: "token-0", data: { token: "token-0" } },
} as const;

export const ROWS: readonly Row[] = [
  { ...google, title: "RecaptchaV2Task", fields: { recaptchaDataSValue: "s" }, told: { s: "s" } },
  { ...google, title: "RecaptchaV2Task", fields: { isInvisible: true }, told: { size: "invisible" } },
  {
    ...google,
    title: "RecaptchaV2EnterpriseTask",
    fields: { pageAction: "login", enterprisePayload: { s: "one-time" }, apiDomain: "www.recaptcha.net" },
    told: { s: "one-time", action: "login" },
  },
  {
    ...score,
    title: "RecaptchaV3TaskProxyless",
    fields: { pageAction: "buy" },
    told: { key: "good-key", action: "buy" },
    solution: { gRecaptchaResponse: "score-token-buy" },
  },
  {
    ...score,
    title: "RecaptchaV3EnterpriseTask",
    told: { key: "good-key", action: "verify" },
    solution: { gRecaptchaResponse: "score-token-verify" },
  },
  {
    title: "TurnstileTask",
    fields: { pageAction: "a", data: "c" },
    told: { action: "a", cData: "c" },
    solution: { token: "token-1" },
    errors: {
      "wrong-key": ["invalid-sitekey", "110110"],
      "wrong-domain": ["invalid-domain", "110200"],
      "broken-key": ["other", "600010"],
    },
    expiry: "told",
    lifetime: 300,
  },
  {
    ...hcaptcha,
    told: { sitekey: "good-key" },
    solution: { gRecaptchaResponse: "token-1", respKey: "response-key-0" },
  },
  {
    ...hcaptcha,
    fields: { isInvisible: true, data: "rq" },
    told: { size: "invisible" },
    solution: { gRecaptchaResponse: "token-2", respKey: "response-key-0" },
  },
  {
    title: "GeeTestTask",
    fields: { version: "4", initParameters: { riskType: "slide" } },
    told: { captchaId: "good-key", product: "float", riskType: "slide" },
    solution: {
      captcha_id: "good-key",
      lot_number: "lot",
      pass_token: "pass",
      gen_time: "1763000000",
      captcha_output: "output",
    },
    errors: { "wrong-key": ["invalid-sitekey", "60001 said by the vendor"] },
    expiry: "untold",
    lifetime: 120,
  },
  {
    title: "MTCaptchaTask",
    fields: { pageAction: "login" },
    told: { sitekey: "good-key", action: "login" },
    solution: { token: "token-1" },
    errors: { "broken-key": ["other", "other"] },
    expiry: "told",
    lifetime: 50,
  },
  {
    title: "ProsopoTask",
    solution: { token: "token-0" },
    errors: { "broken-key": ["other", "other"] },
    expiry: "told",
    lifetime: 120,
  },
  {
    ...friendly,
    fields: { metadata: { apiGetLib: "https://cdn.example/friendly-challenge@0.9.8/widget.min.js" } },
    // It shows them to the person and tells nobody.
    errors: {},
    expiry: "untold",
  },
  {
    ...friendly,
    fields: { metadata: { apiGetLib: "https://shop.example/site.min.js" } },
    errors: { "wrong-key": ["invalid-sitekey", "sitekey_invalid"] },
    expiry: "told",
  },
];

/** Fields of a task of this row. @param key what the stand-in does: see stand-in-vendor.js */
export function fieldsOf({ title, fields }: Row, key = "good-key"): Fields {
  return title === "GeeTestTask"
    ? { ...fields, gt: key }
    : { websiteURL: "https://shop.example/", ...fields, websiteKey: key };
}

export function nameOf(row: Row): string {
  const name = widgetOf(row.title, fieldsOf(row))?.vendor ?? row.title;
  return row.fields?.["isInvisible"] === true ? `${name}, invisible,` : name;
}
