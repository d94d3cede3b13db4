import { Type } from "typebox";
import type { TaskTypeRow } from "./task-type.ts";
import {
  cookies,
  example,
  isInvisible,
  nocache,
  optionalFlag,
  optionalText,
  payload,
  site,
  SITE_EXAMPLE,
  solutionOf,
  stringMap,
  text,
  userAgent,
  websiteKey,
  websiteURL,
} from "./shared.ts";

/** Turnstile, Amazon and the other token types: sections 4.6, 4.9 and 4.10 of the protocol reference. */

/** Why nobody answers: the bounds of this program. */
export const CLEARANCE =
  "clearance cookies and behavioural challenges of bot-management systems are not offered here, on purpose";
const CHALLENGE_PAGE =
  "a page of Cloudflare's bot management cannot be shown on this desk's own origin, and its clearance is not offered here, on purpose";

const tokenSolution = Type.Object({
  token: Type.String({ description: "the widget's token" }),
  userAgent: Type.Optional(Type.String({ description: "the User-Agent that the token belongs to" })),
});
const people = { route: { kind: "people" }, solution: tokenSolution, price: 1000 } as const;
const nobody = { route: { kind: "not offered", reason: CLEARANCE }, price: 0, deadline: 180_000 } as const;

const turnstile = {
  name: "TurnstileTask",
  aliases: ["TurnstileTaskProxyless", "AntiTurnstileTask", "AntiTurnstileTaskProxyless"],
  deadline: 80_000,
} as const;
const challengePage = {
  ...turnstile,
  route: { kind: "not offered", reason: CHALLENGE_PAGE },
  price: 0,
} as const;
const widgetFields = {
  ...site,
  pageAction: optionalText("the widget's action (a string)", { maxLength: 1000 }),
  data: optionalText("the widget's cData (a string)"),
  userAgent,
  nocache,
};
const page = {
  htmlPageBase64: payload("the page's HTML as a Base64 string"),
  userAgent: text("a browser's User-Agent (a string)"),
};
const PAGE_EXAMPLE = { ...SITE_EXAMPLE, htmlPageBase64: "PGh0bWw+PC9odG1sPg==", userAgent: "Mozilla/5.0" };
const clearance = solutionOf({ cf_clearance: "the cookie's value" });
/** The order in which the proxy is named does not matter; that all five fields are there does. */
const FULL_PROXY = {
  proxyType: "socks5",
  proxyAddress: "203.0.113.7",
  proxyPort: 1080,
  proxyLogin: "login",
  proxyPassword: "password",
};

const TURNSTILE_TYPES: readonly TaskTypeRow[] = [
  {
    ...turnstile,
    ...people,
    summary: "Cloudflare Turnstile as a widget in a page.",
    proxy: "optional",
    fields: Type.Object(widgetFields),
    testKeys: "Turnstile",
    example: example(SITE_EXAMPLE, { pageAction: "login", data: "c-data", nocache: false }),
  },
  {
    ...challengePage,
    variant: { field: "cloudflareTaskType", value: "token" },
    summary: "The token of a Cloudflare challenge page.",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      pageAction: text("the widget's action (a string)"),
      data: text("the widget's cData (a string)"),
      pageData: text("the widget's chlPageData (a string)"),
      userAgent: text("a browser's User-Agent (a string)"),
      apiJsUrl: optionalText("the address of the widget's script"),
    }),
    solution: tokenSolution,
    example: example(
      {
        ...SITE_EXAMPLE,
        pageAction: "managed",
        data: "c-data",
        pageData: "page-data",
        userAgent: "Mozilla/5.0",
      },
      { apiJsUrl: "https://challenges.cloudflare.com/turnstile/v0/api.js" },
    ),
  },
  {
    ...challengePage,
    variant: { field: "cloudflareTaskType", value: "cf_clearance" },
    summary: "The clearance cookie of a Cloudflare challenge page.",
    proxy: "required",
    fields: Type.Object({ ...site, ...page }),
    solution: clearance,
    example: { minimal: { ...PAGE_EXAMPLE, ...FULL_PROXY }, full: { ...PAGE_EXAMPLE, ...FULL_PROXY } },
  },
  {
    ...challengePage,
    variant: { field: "cloudflareTaskType", value: "wait_room" },
    summary: "The clearance cookie of a Cloudflare waiting room.",
    proxy: "required",
    fields: Type.Object({ ...site, ...page }),
    solution: clearance,
    example: { minimal: { ...PAGE_EXAMPLE, ...FULL_PROXY }, full: { ...PAGE_EXAMPLE, ...FULL_PROXY } },
  },
];

export const TOKEN_TYPES: readonly TaskTypeRow[] = [
  ...TURNSTILE_TYPES,
  {
    ...people,
    name: "ProsopoTask",
    aliases: ["ProsopoTaskProxyless"],
    summary: "Prosopo Procaptcha.",
    proxy: "optional",
    fields: Type.Object({ ...site, userAgent, nocache }),
    deadline: 180_000,
    example: example(SITE_EXAMPLE, { nocache: false }),
  },
  {
    ...people,
    name: "MTCaptchaTask",
    aliases: ["MTCaptchaTaskProxyless"],
    summary: "MTCaptcha.",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      pageAction: optionalText("the widget's action (a string)", { maxLength: 1000, default: "%24" }),
      isInvisible,
      userAgent,
      nocache,
    }),
    deadline: 180_000,
    example: example(SITE_EXAMPLE, { pageAction: "login", isInvisible: false, nocache: false }),
  },
  {
    ...nobody,
    name: "AmazonTask",
    aliases: ["AmazonTaskProxyless"],
    summary: "AWS WAF: its captcha or its challenge.",
    proxy: "optional",
    fields: Type.Object({
      websiteURL,
      websiteKey: Type.Optional(websiteKey),
      captchaScript: optionalText("the address of captcha.js"),
      challengeScript: optionalText("the address of challenge.js"),
      // Empty ones mean something, and some clients leave empty ones out.
      context: Type.Optional(
        Type.String({ minLength: 0, description: "the page's context (a string, may be empty)" }),
      ),
      iv: Type.Optional(Type.String({ minLength: 0, description: "the page's iv (a string, may be empty)" })),
      cookieSolution: optionalFlag("true for the cookie aws-waf-token, false for the voucher"),
      userAgent,
    }),
    rules: [
      ({ captchaScript, challengeScript }) =>
        captchaScript === undefined && challengeScript === undefined
          ? { field: "captchaScript", sentence: "expected captchaScript or challengeScript, got neither" }
          : null,
    ],
    solution: Type.Object({
      cookies: Type.Optional(stringMap("aws-waf-token, with cookieSolution")),
      captcha_voucher: Type.Optional(Type.String({ description: "without cookieSolution" })),
      existing_token: Type.Optional(Type.String({ description: "without cookieSolution" })),
      userAgent: Type.Optional(Type.String({ description: "the User-Agent that the cookie belongs to" })),
    }),
    example: example(
      { ...SITE_EXAMPLE, captchaScript: "https://shop.example/captcha.js" },
      { challengeScript: "https://shop.example/challenge.js", context: "", iv: "", cookieSolution: true },
    ),
  },
  {
    ...nobody,
    name: "BinanceTask",
    aliases: ["BinanceTaskProxyless"],
    summary: "Binance's own captcha.",
    proxy: "optional",
    fields: Type.Object({ ...site, validateId: text("the page's validateId (a string)"), userAgent }),
    solution: tokenSolution,
    example: example({ ...SITE_EXAMPLE, validateId: "id" }),
  },
  {
    ...nobody,
    name: "YidunTask",
    aliases: ["YidunTaskProxyless"],
    summary: "NetEase Yidun.",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      userAgent,
      yidunGetLib: optionalText("the address of Yidun's script"),
      yidunApiServerSubdomain: optionalText("the host of Yidun's API", { maxLength: 253 }),
      challenge: optionalText("the challenge (a string)"),
      hcg: optionalText("the page's hcg (a string)"),
      hct: Type.Optional(Type.Integer({ ignored: [0], description: "the page's hct (a whole number)" })),
    }),
    solution: tokenSolution,
    example: example(SITE_EXAMPLE, {
      yidunGetLib: "https://shop.example/load.js",
      yidunApiServerSubdomain: "c.dun.163.com",
      challenge: "one-time",
      hcg: "hcg",
      hct: 1_763_000_000_000,
    }),
  },
  {
    ...nobody,
    name: "YandexSmartCaptchaTaskProxyless",
    aliases: ["YandexSmartCaptchaTask"],
    status: "withdrawn",
    summary: "Yandex SmartCaptcha.",
    proxy: "none",
    fields: Type.Object({
      ...site,
      htmlPageBase64: Type.Optional(payload("the page's HTML as a Base64 string")),
      userAgent,
      cookies,
    }),
    solution: Type.Object({
      token: Type.Optional(Type.String({ description: "the widget's token" })),
      cookies: Type.Optional(stringMap("spravka")),
      redirectedUrl: Type.Optional(Type.String({ description: "where the page led" })),
      referrer: Type.Optional(Type.String({ description: "where it came from" })),
    }),
    example: {
      minimal: SITE_EXAMPLE,
      full: {
        ...SITE_EXAMPLE,
        htmlPageBase64: "PGh0bWw+PC9odG1sPg==",
        userAgent: "Mozilla/5.0",
        cookies: "a=1",
      },
    },
  },
];
