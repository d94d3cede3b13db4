import { Type } from "typebox";
import type { TaskTypeRow } from "./task-type.ts";
import {
  cookies,
  example,
  isInvisible,
  nocache,
  optionalFlag,
  optionalText,
  pageAction,
  site,
  SITE_EXAMPLE,
  solutionOf,
  stringMap,
  text,
  userAgent,
  websiteURL,
} from "./shared.ts";

/** reCAPTCHA, hCaptcha, FunCaptcha, GeeTest: sections 4.2 to 4.5 of the protocol reference. */

const recaptchaSolution = Type.Object({
  gRecaptchaResponse: Type.String({ description: "the token for the form's field g-recaptcha-response" }),
  userAgent: Type.Optional(Type.String({ description: "the User-Agent that the token belongs to" })),
  cookies: Type.Optional(stringMap("cookies of the page, by name")),
});

const recaptcha = {
  solution: recaptchaSolution,
  route: { kind: "people" },
  price: 1000,
  deadline: 180_000,
} as const;

const minScore = Type.Optional(
  Type.Number({ minimum: 0.1, maximum: 0.9, ignored: [0], description: "a number from 0.1 to 0.9" }),
);

const ONE_TIME_VALUE = "the page's one-time data-s value (a string)";

export const WIDGET_TYPES: readonly TaskTypeRow[] = [
  {
    ...recaptcha,
    name: "RecaptchaV2Task",
    aliases: ["NoCaptchaTask", "NoCaptchaTaskProxyless", "RecaptchaV2TaskProxyless"],
    summary: "reCAPTCHA v2, the box to tick or the invisible one.",
    testKeys: "reCAPTCHA",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      recaptchaDataSValue: optionalText(ONE_TIME_VALUE),
      isInvisible,
      userAgent,
      cookies,
      nocache,
    }),
    example: example(SITE_EXAMPLE, {
      recaptchaDataSValue: "one-time",
      isInvisible: true,
      cookies: "a=1; b=2",
      nocache: true,
    }),
  },
  {
    ...recaptcha,
    name: "RecaptchaV2EnterpriseTask",
    aliases: ["RecaptchaV2EnterpriseTaskProxyless"],
    summary: "reCAPTCHA v2 Enterprise.",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      pageAction,
      enterprisePayload: Type.Optional(
        Type.Object(
          { s: optionalText("the one-time value s (a string)") },
          // C#, Go and PHP send a string: the object as JSON, or the value itself.
          {
            bareString: "s",
            description: "an object with s, the same as a JSON string, or that value itself",
          },
        ),
      ),
      apiDomain: optionalText("www.google.com or www.recaptcha.net", { maxLength: 253 }),
      recaptchaDataSValue: optionalText(ONE_TIME_VALUE),
      isInvisible,
      userAgent,
      cookies,
      nocache,
    }),
    example: example(SITE_EXAMPLE, {
      pageAction: "verify",
      enterprisePayload: { s: "one-time" },
      apiDomain: "www.google.com",
      recaptchaDataSValue: "one-time",
      isInvisible: false,
      cookies: "a=1",
      nocache: false,
    }),
  },
  {
    ...recaptcha,
    name: "RecaptchaV3TaskProxyless",
    aliases: ["RecaptchaV3Task"],
    summary: "reCAPTCHA v3: a token with a score.",
    proxy: "none",
    fields: Type.Object({
      ...site,
      minScore,
      pageAction,
      isEnterprise: optionalFlag("true or 1 for reCAPTCHA Enterprise, else false or 0"),
      userAgent,
      nocache,
    }),
    example: {
      minimal: SITE_EXAMPLE,
      full: { ...SITE_EXAMPLE, minScore: 0.3, pageAction: "verify", isEnterprise: false, nocache: true },
    },
  },
  {
    ...recaptcha,
    name: "RecaptchaV3EnterpriseTask",
    aliases: ["RecaptchaV3EnterpriseTaskProxyless"],
    summary: "reCAPTCHA v3 Enterprise: a token with a score.",
    proxy: "none",
    fields: Type.Object({ ...site, minScore, pageAction, userAgent, nocache }),
    example: {
      minimal: SITE_EXAMPLE,
      full: { ...SITE_EXAMPLE, minScore: 0.7, pageAction: "login", nocache: true },
    },
  },
  {
    name: "HCaptchaTask",
    aliases: ["HCaptchaTaskProxyless"],
    status: "withdrawn",
    summary: "hCaptcha.",
    proxy: "optional",
    fields: Type.Object({
      ...site,
      isInvisible,
      data: optionalText("the widget's one-time rqdata (a string)", { maxLength: 65_536 }),
      userAgent,
      cookies,
      fallbackToActualUA: optionalFlag("true to let the desk choose the User-Agent, else false"),
      nocache,
    }),
    solution: Type.Object({
      gRecaptchaResponse: Type.String({ description: "the token for the form's field h-captcha-response" }),
      respKey: Type.Optional(Type.String({ description: "hCaptcha's response key" })),
      userAgent: Type.Optional(Type.String({ description: "the User-Agent that the token belongs to" })),
    }),
    route: { kind: "people" },
    testKeys: "hCaptcha",
    price: 1000,
    deadline: 180_000,
    example: example(SITE_EXAMPLE, {
      isInvisible: false,
      data: "one-time",
      cookies: "a=1",
      fallbackToActualUA: true,
      nocache: false,
    }),
  },
  {
    name: "FunCaptchaTask",
    aliases: ["FunCaptchaTaskProxyless"],
    summary: "FunCaptcha (Arkose Labs).",
    proxy: "optional",
    fields: Type.Object({
      websiteURL,
      websitePublicKey: text("the widget's public key (a string)", { maxLength: 1000 }),
      data: optionalText("the widget's data as one JSON string", { maxLength: 65_536 }),
      funcaptchaApiJSSubdomain: optionalText("the widget's host, without https://", { maxLength: 253 }),
      userAgent,
      cookies,
      nocache,
    }),
    solution: solutionOf({
      token: "the widget's token",
      userAgent: "the User-Agent that the token belongs to",
    }),
    route: {
      kind: "not offered",
      reason:
        "this widget is not among those that can be shown on the desk's own origin, and another way is not offered, on purpose",
    },
    price: 0,
    deadline: 80_000,
    example: example(
      { websiteURL: SITE_EXAMPLE.websiteURL, websitePublicKey: "public-key" },
      {
        data: '{"blob":"one-time"}',
        funcaptchaApiJSSubdomain: "client-api.arkoselabs.com",
        cookies: "a=1",
        nocache: true,
      },
    ),
  },
  {
    name: "GeeTestTask",
    aliases: ["GeeTestTaskProxyless"],
    summary:
      "GeeTest 4: send `version` 4, and as `gt` the site's captcha_id. Version 3, which a task without `version` means, is refused with `ERROR_TASK_NOT_SUPPORTED`: its widget is not shown here.",
    only: "version 4",
    proxy: "optional",
    fields: Type.Object({
      websiteURL,
      gt: text("the site's gt (version 3) or captcha_id (version 4)", { maxLength: 1000 }),
      version: Type.Optional(Type.Enum(["3", "4"], { default: "3", description: "3 or 4" })),
      challenge: optionalText("the one-time challenge of version 3 (a string)"),
      geetestApiServerSubdomain: optionalText("the host of GeeTest's API (a string)", { maxLength: 253 }),
      geetestGetLib: optionalText("the address of GeeTest's script as one JSON string"),
      initParameters: Type.Optional(
        Type.Object(
          { riskType: optionalText("the risk type (a string)") },
          { description: "an object with riskType" },
        ),
      ),
      userAgent,
      nocache,
    }),
    solution: Type.Object({
      challenge: Type.Optional(Type.String({ description: "version 3" })),
      validate: Type.Optional(Type.String({ description: "version 3" })),
      seccode: Type.Optional(Type.String({ description: "version 3" })),
      captcha_id: Type.Optional(Type.String({ description: "version 4" })),
      lot_number: Type.Optional(Type.String({ description: "version 4" })),
      pass_token: Type.Optional(Type.String({ description: "version 4" })),
      gen_time: Type.Optional(Type.String({ description: "version 4" })),
      captcha_output: Type.Optional(Type.String({ description: "version 4" })),
    }),
    route: { kind: "people" },
    price: 1000,
    deadline: 80_000,
    example: example(
      { websiteURL: SITE_EXAMPLE.websiteURL, gt: "022397c99c9f646f6477822485f30404", version: 4 },
      {
        challenge: "one-time",
        geetestApiServerSubdomain: "api.geetest.com",
        geetestGetLib: '{"click":"/static/js/click.js"}',
        initParameters: { riskType: "slide" },
        nocache: true,
      },
    ),
  },
];
