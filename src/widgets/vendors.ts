import { keyOf, textOf, tokenOf, withAgent } from "./fields.ts";
import { CALLBACKS, type Fields, type Rendering, type Sources, type Vendor } from "./vendor.ts";

/**
 * The vendors whose widgets the desk can show: one row for each. The facts come from the vendors' own documentation,
 * which docs/widgets.md names row by row.
 */

const RECAPTCHA_HOSTS = new Set(["www.google.com", "www.recaptcha.net"]);

const recaptchaHost = (fields: Fields): string => {
  const wanted = textOf(fields, "apiDomain");
  return RECAPTCHA_HOSTS.has(wanted) ? wanted : "www.google.com";
};

/** developers.google.com/recaptcha/docs/faq: the policy of a page with a widget. The badge styles itself inline. */
const recaptchaSources = (fields: Fields): Sources => {
  const own = `https://${recaptchaHost(fields)}/recaptcha/`;
  const assets = "https://www.gstatic.com/recaptcha/";
  return {
    script: [own, assets],
    frame: [own, "https://recaptcha.google.com/recaptcha/"],
    connect: [own],
    style: ["'unsafe-inline'"],
    img: [assets],
  };
};

const recaptcha = {
  sources: recaptchaSources,
  // "valid for two minutes": developers.google.com/recaptcha/docs/verify
  lifetimeMs: 120_000,
  solution: ({ token, extra }: { token: string; extra: Readonly<Record<string, string>> }) =>
    withAgent({ gRecaptchaResponse: token }, extra),
  // A key that is not in the script's address is named so by execute(); whatever concerns a visible widget is shown
  // inside Google's own frame, where only the worker can read it.
  errors: { "Invalid site key": "invalid-sitekey" },
} as const;

const classic = {
  domains: "Domains in this key's settings in the reCAPTCHA admin console (it can take 30 minutes to act)",
  keys: "the site key in the reCAPTCHA admin console",
} as const;
const enterprise = {
  domains: "the Domain list of this key in the Google Cloud console (Security, reCAPTCHA, the key, Edit key)",
  keys: "the key's ID in the Google Cloud console (Security, reCAPTCHA)",
} as const;

const onload = `onload=${CALLBACKS.loaded}&render=explicit`;

/** Version 2: a box to tick, or an invisible widget. */
function recaptchaBox(api: string, fields: Fields): Rendering {
  const invisible = fields["isInvisible"] === true;
  const payload = fields["enterprisePayload"] as Fields | undefined;
  const s = textOf(fields, "recaptchaDataSValue") || textOf(payload ?? {}, "s");
  const action = api === "grecaptcha" ? "" : textOf(fields, "pageAction");
  const options = {
    sitekey: keyOf(fields),
    ...(invisible && { size: "invisible" }),
    ...(s !== "" && { s }),
    ...(action !== "" && { action }),
  };
  return { style: "render", api, options, invisible };
}

/** Version 3: no widget but a badge; the token carries a score. */
function recaptchaScore(api: string, fields: Fields): Rendering {
  const action = textOf(fields, "pageAction") || "verify";
  return { style: "execute", api, key: keyOf(fields), options: { action } };
}

const scoreScript = (file: string) => (fields: Fields) =>
  `https://www.google.com/recaptcha/${file}?onload=${CALLBACKS.loaded}&render=${encodeURIComponent(keyOf(fields))}`;

const isEnterpriseScore = (title: string, fields: Fields): boolean =>
  title === "RecaptchaV3EnterpriseTask" ||
  (title === "RecaptchaV3TaskProxyless" && fields["isEnterprise"] === true);

const GEETEST = ["https://*.geetest.com", "https://*.geevisit.com"];
const MTCAPTCHA = ["https://service.mtcaptcha.com", "https://service2.mtcaptcha.com"];
const HCAPTCHA = ["https://hcaptcha.com", "https://*.hcaptcha.com"];

/** The two generations have different scripts: the one that the site loads, or a copy of it, tells which is meant. */
const isFriendlyV1 = (fields: Fields): boolean => {
  const library = textOf((fields["metadata"] as Fields | undefined) ?? {}, "apiGetLib");
  return /friendly-challenge|\/widget(\.module|\.polyfilled)?(\.min)?\.js/.test(library);
};

// A content network serves everybody's files, so the policy allows one file of one version and no more.
const FRIENDLY_V1 = "https://cdn.jsdelivr.net/npm/friendly-challenge@0.9.20/widget.module.min.js";
const FRIENDLY_V2 = "https://cdn.jsdelivr.net/npm/@friendlycaptcha/sdk@1.0.2/site.min.js";

const friendly = {
  module: true,
  solution: ({ token }: { token: string }) => ({ token, data: { token } }),
  domains: "the domains of this application in the Friendly Captcha dashboard (Applications)",
  keys: "the sitekey in the Friendly Captcha dashboard (Applications)",
} as const;

export const VENDORS: readonly Vendor[] = [
  {
    ...recaptcha,
    ...classic,
    vendor: "reCAPTCHA v2",
    serves: (title) => title === "RecaptchaV2Task",
    script: () => `https://www.google.com/recaptcha/api.js?${onload}`,
    render: (fields) => recaptchaBox("grecaptcha", fields),
  },
  {
    ...recaptcha,
    ...enterprise,
    vendor: "reCAPTCHA v2 Enterprise",
    serves: (title) => title === "RecaptchaV2EnterpriseTask",
    script: (fields) => `https://${recaptchaHost(fields)}/recaptcha/enterprise.js?${onload}`,
    render: (fields) => recaptchaBox("grecaptcha.enterprise", fields),
  },
  {
    ...recaptcha,
    ...classic,
    vendor: "reCAPTCHA v3",
    serves: (title, fields) => title === "RecaptchaV3TaskProxyless" && !isEnterpriseScore(title, fields),
    script: scoreScript("api.js"),
    render: (fields) => recaptchaScore("grecaptcha", fields),
  },
  {
    ...recaptcha,
    ...enterprise,
    vendor: "reCAPTCHA v3 Enterprise",
    serves: isEnterpriseScore,
    script: scoreScript("enterprise.js"),
    render: (fields) => recaptchaScore("grecaptcha.enterprise", fields),
  },
  {
    vendor: "Turnstile",
    serves: (title) => title === "TurnstileTask",
    script: () => `https://challenges.cloudflare.com/turnstile/v0/api.js?${onload}`,
    render: (fields) => {
      const action = textOf(fields, "pageAction");
      const cData = textOf(fields, "data");
      const options = { sitekey: keyOf(fields), ...(action && { action }), ...(cData && { cData }) };
      return { style: "render", api: "turnstile", options, invisible: false };
    },
    sources: () => ({
      script: ["https://challenges.cloudflare.com"],
      frame: ["https://challenges.cloudflare.com"],
      connect: ["https://challenges.cloudflare.com"],
      style: ["'unsafe-inline'"],
    }),
    // 400020 is documented as a wrong size, and is what an unknown key gets: cloudflare-docs issue 28389.
    errors: {
      "110100": "invalid-sitekey",
      "110110": "invalid-sitekey",
      "400020": "invalid-sitekey",
      "400070": "invalid-sitekey",
      "110200": "invalid-domain",
    },
    lifetimeMs: 300_000,
    solution: tokenOf,
    domains:
      "Hostname Management of this widget in the Cloudflare dashboard (Turnstile, the widget, Settings)",
    keys: "the sitekey in the Cloudflare dashboard (Turnstile)",
  },
  {
    vendor: "hCaptcha",
    serves: (title) => title === "HCaptchaTask",
    script: () => `https://js.hcaptcha.com/1/api.js?${onload}&recaptchacompat=off`,
    render: (fields) => {
      const invisible = fields["isInvisible"] === true;
      const rqdata = textOf(fields, "data");
      return {
        style: "render",
        api: "hcaptcha",
        options: { sitekey: keyOf(fields), ...(invisible && { size: "invisible" }) },
        invisible,
        ...(rqdata !== "" && { data: { rqdata } }),
        extra: { respKey: "getRespKey" },
      };
    },
    // docs.hcaptcha.com: the policy of a page with a widget.
    sources: () => ({
      script: HCAPTCHA,
      frame: HCAPTCHA,
      connect: HCAPTCHA,
      style: [...HCAPTCHA, "'unsafe-inline'"],
      img: HCAPTCHA,
    }),
    errors: { "challenge-expired": "expired" },
    lifetimeMs: 120_000,
    solution: ({ token, extra }) =>
      withAgent(
        { gRecaptchaResponse: token, ...(extra["respKey"] ? { respKey: extra["respKey"] } : {}) },
        extra,
      ),
    domains: "Domains in this sitekey's settings in the hCaptcha dashboard (Sites, the site, Settings)",
    keys: "the sitekey in the hCaptcha dashboard (Sites)",
  },
  {
    vendor: "GeeTest 4",
    serves: (title, fields) => title === "GeeTestTask" && fields["version"] === "4",
    script: () => "https://static.geetest.com/v4/gt4.js",
    render: (fields) => {
      const riskType = textOf((fields["initParameters"] as Fields | undefined) ?? {}, "riskType");
      const options = { captchaId: keyOf(fields), product: "float", ...(riskType && { riskType }) };
      return { style: "init", function: "initGeetest4", options };
    },
    sources: () => ({
      script: GEETEST,
      connect: GEETEST,
      style: [...GEETEST, "'unsafe-inline'"],
      img: [...GEETEST, "data:"],
      font: GEETEST,
    }),
    errors: { "60001": "invalid-sitekey" },
    // Not published: as long as the shortest of the others.
    lifetimeMs: 120_000,
    solution: ({ extra }, fields) => {
      const names = ["lot_number", "pass_token", "gen_time", "captcha_output"];
      if (!names.every((name) => extra[name])) return null;
      const parts = names.map((name) => [name, extra[name]]);
      return { captcha_id: extra["captcha_id"] ?? keyOf(fields), ...Object.fromEntries(parts) };
    },
    domains: "the domains of this captcha ID, if it has such a list, in the GeeTest dashboard",
    keys: "the captcha ID in the GeeTest dashboard",
  },
  {
    vendor: "MTCaptcha",
    serves: (title) => title === "MTCaptchaTask",
    script: () => "https://service.mtcaptcha.com/mtcv1/client/mtcaptcha.min.js",
    render: (fields) => {
      const action = textOf(fields, "pageAction");
      const value = {
        sitekey: keyOf(fields),
        // The protocol's default stands for "none"; others are as the vendor allows them.
        ...(/^[\w.,-]{1,30}$/.test(action) && { action }),
        "verified-callback": CALLBACKS.token,
        "verifyexpired-callback": CALLBACKS.expired,
        "error-callback": CALLBACKS.error,
      };
      return {
        style: "element",
        tag: "div",
        attributes: { class: "mtcaptcha" },
        config: { name: "mtcaptchaConfig", value },
        token: "verifiedToken",
        error: "statusCode",
      };
    },
    sources: () => ({
      script: MTCAPTCHA,
      frame: MTCAPTCHA,
      connect: MTCAPTCHA,
      style: ["'unsafe-inline'"],
      img: MTCAPTCHA,
    }),
    errors: {},
    // "will insure at least 50 seconds is available for the server to verify"
    lifetimeMs: 50_000,
    solution: tokenOf,
    domains: "the domains of this site key in the MTCaptcha admin portal",
    keys: "the site key in the MTCaptcha admin portal",
  },
  {
    vendor: "Prosopo",
    serves: (title) => title === "ProsopoTask",
    script: () => "https://js.prosopo.io/js/procaptcha.bundle.js",
    module: true,
    render: (fields) => ({
      style: "element",
      tag: "div",
      attributes: {
        class: "procaptcha",
        "data-sitekey": keyOf(fields),
        "data-callback": CALLBACKS.token,
        "data-expired-callback": CALLBACKS.expired,
        "data-chalexpired-callback": CALLBACKS.expired,
        "data-error-callback": CALLBACKS.error,
      },
      token: "",
      error: "message",
    }),
    sources: () => ({
      script: ["https://js.prosopo.io"],
      connect: ["https://*.prosopo.io"],
      style: ["'unsafe-inline'"],
      img: ["https://*.prosopo.io", "data:"],
      worker: ["blob:"],
    }),
    errors: {},
    // docs.prosopo.io: a solution "remains valid" for two minutes on the page, three on the server.
    lifetimeMs: 120_000,
    solution: tokenOf,
    domains: "the domains of the account in the Prosopo portal (Account)",
    keys: "the site key in the Prosopo portal",
  },
  {
    ...friendly,
    vendor: "Friendly Captcha v1",
    serves: (title, fields) => title === "CustomTask friendly" && isFriendlyV1(fields),
    script: () => FRIENDLY_V1,
    render: (fields) => ({
      style: "element",
      tag: "div",
      attributes: {
        class: "frc-captcha",
        "data-sitekey": keyOf(fields),
        "data-callback": CALLBACKS.token,
        "data-start": "none",
      },
      token: "",
      error: "",
    }),
    // developer.friendlycaptcha.com/docs/v1/guides/csp
    sources: () => ({
      script: [FRIENDLY_V1, "'wasm-unsafe-eval'"],
      connect: ["https://api.friendlycaptcha.com", "https://eu-api.friendlycaptcha.eu"],
      style: ["'unsafe-inline'"],
      worker: ["blob:"],
    }),
    errors: {},
    lifetimeMs: 120_000,
  },
  {
    ...friendly,
    vendor: "Friendly Captcha",
    serves: (title, fields) => title === "CustomTask friendly" && !isFriendlyV1(fields),
    script: () => FRIENDLY_V2,
    render: (fields) => ({
      style: "element",
      tag: "div",
      attributes: { class: "frc-captcha", "data-sitekey": keyOf(fields) },
      events: {
        "frc:widget.complete": "token",
        "frc:widget.error": "error",
        "frc:widget.expire": "expired",
      },
      token: "detail.response",
      error: "detail.error.code",
    }),
    sources: () => ({
      script: [FRIENDLY_V2],
      frame: ["https://*.frcapi.com"],
      connect: ["https://*.frcapi.com"],
      style: ["'unsafe-inline'"],
    }),
    errors: { sitekey_invalid: "invalid-sitekey", sitekey_missing: "invalid-sitekey" },
    lifetimeMs: 120_000,
  },
];

/** The widget that a task is shown with; null when there is none, as for GeeTest 3. */
export function widgetOf(title: string, fields: Fields, vendors: readonly Vendor[] = VENDORS): Vendor | null {
  return vendors.find(({ serves }) => serves(title, fields)) ?? null;
}
