import { Type, type TSchema } from "typebox";
import { preview, refusalOf } from "../fields.ts";
import { fieldOf, isObject, objectWithin, type JsonObject } from "../json.ts";
import type { TaskTypeRow } from "./task-type.ts";
import {
  example,
  nocache,
  optionalFlag,
  optionalText,
  payload,
  PROXY_EXAMPLE,
  stringMap,
  text,
  userAgent,
  websiteKey,
  websiteURL,
} from "./shared.ts";
import { CLEARANCE } from "./tokens.ts";

/** CustomTask: section 4.8 of the protocol reference. Class names are compared without regard to case. */

const custom = { name: "CustomTask" } as const;
const nobody = {
  ...custom,
  route: { kind: "not offered", reason: CLEARANCE },
  price: 0,
  deadline: 180_000,
} as const;
const optionalKey = Type.Optional(websiteKey);

const common = {
  websiteURL,
  userAgent,
  nocache,
  domains: Type.Optional(
    Type.Array(Type.String(), { description: "hosts whose cookies are wanted (a list of strings)" }),
  ),
};

function metadata(fields: Readonly<Record<string, TSchema>>) {
  const required = Type.Object(fields).required;
  return Type.Object(fields, {
    description: `an object with ${(required ?? Object.keys(fields)).join(", ")}`,
  });
}

const cookiesByDomain = Type.Object({
  domains: Type.Record(Type.String(), Type.Object({ cookies: stringMap("by name") }), {
    description: "cookies by host",
  }),
});
const dataOf = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object({ data: Type.Object(fields, { description: "the answer" }) });
const token = Type.String({ description: "the widget's token" });
/** The token twice: within `data` for this dialect's clients, beside it for those of sister services. */
const withToken = (fields: Readonly<Record<string, TSchema>> & { readonly token: TSchema }) =>
  Type.Object({ token: fields.token, ...dataOf(fields).properties });

const URL_EXAMPLE = { websiteURL: "https://shop.example/login" };
const KEY_EXAMPLE = { ...URL_EXAMPLE, websiteKey: "site-key" };
const PAGE = "PGh0bWw+PC9odG1sPg==";

/** 2Captcha and Anti-Captcha take the challenge as the site's server answers it, or its address, which is not fetched here. */
function withChallenge(task: JsonObject): JsonObject {
  const [json, address] = [fieldOf(task, "challengeJSON") || null, fieldOf(task, "challengeURL") || null];
  if (fieldOf(task, "metadata") || (json === null && address === null)) return task;
  const found = isObject(json) ? json : typeof json === "string" ? objectWithin(json) : null;
  if (found === null) {
    const sentence = `expected the challenge as JSON, which is not fetched from challengeURL here, got ${preview(json)}`;
    throw refusalOf("The CustomTask altcha", [{ field: "challengeJSON", sentence }]);
  }
  const { challenge, maxnumber, maxNumber, salt, signature } = found;
  // The widget's own default where the challenge sets no limit.
  const iterations = maxnumber ?? maxNumber ?? 1_000_000;
  return { ...task, metadata: { challenge, iterations, salt, signature } };
}

export const CUSTOM_TYPES: readonly TaskTypeRow[] = [
  {
    ...custom,
    aliases: ["AltchaTask", "AltchaTaskProxyless", "AltchaCaptchaTask"],
    variant: { field: "class", value: "altcha" },
    summary:
      "Altcha: the number whose hash is the challenge. In place of `metadata`, `challengeJSON` may hold the challenge as the site answers it.",
    adopt: withChallenge,
    proxy: "optional",
    fields: Type.Object({
      ...common,
      websiteKey: optionalKey,
      metadata: metadata({
        challenge: Type.String({
          pattern: "^([0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})$",
          description: "the challenge: a SHA-1, SHA-256 or SHA-512 hash in hexadecimal",
        }),
        iterations: Type.Integer({
          minimum: 1,
          maximum: 100_000_000,
          description: "the challenge's maxnumber, from 1 to 100000000",
        }),
        salt: text("the challenge's salt (a string)", { maxLength: 1000 }),
        signature: text("the challenge's signature (a string)", { maxLength: 1000 }),
      }),
    }),
    solution: withToken({
      token: Type.String({ description: "the payload for the form's field altcha, in Base64" }),
      number: Type.Integer({ description: "the number" }),
    }),
    route: { kind: "computed" },
    price: 100,
    deadline: 80_000,
    example: example(
      {
        ...URL_EXAMPLE,
        websiteKey: "",
        metadata: {
          challenge: "3dd28253be6cc0c54d95f7f98c517e68744597cc6e66109619d1ac975c39181c",
          iterations: "5000",
          salt: "46d5b1c8871e5152d902ee3f?edk=1493462145de1ce33a52fb569b27a364&codeChallenge=464Cjs7PbiJJhJZ_ReJ-y9UGGDndcpsnP6vS8x1nEJyTkhjQkJyL2jcnYEuMKcrG&expires=1761048664&",
          signature: "4b1cf0e0be0f4e5247e50b0f9a449830f1fbca44c32ff94bc080146815f31a18",
        },
      },
      { websiteKey: "widget", nocache: false, domains: ["shop.example"] },
    ),
  },
  {
    ...custom,
    aliases: ["FriendlyCaptchaTask", "FriendlyCaptchaTaskProxyless"],
    variant: { field: "class", value: "friendly" },
    summary: "Friendly Captcha.",
    proxy: "optional",
    fields: Type.Object({
      ...common,
      websiteKey,
      metadata: metadata({
        apiGetLib: text("the address of the widget's script, which tells its version 1 from 2"),
      }),
    }),
    solution: withToken({ token }),
    route: { kind: "people" },
    price: 1000,
    deadline: 180_000,
    example: example(
      { ...KEY_EXAMPLE, metadata: { apiGetLib: "https://shop.example/site.min.js" } },
      { nocache: true, domains: ["shop.example"] },
    ),
  },
  {
    ...nobody,
    aliases: ["DatadomeSliderTask"],
    variant: { field: "class", value: "DataDome" },
    summary: "DataDome's cookie.",
    proxy: "required",
    fields: Type.Object({
      ...common,
      metadata: metadata({
        captchaUrl: optionalText("the address of the captcha"),
        // What older clients send in place of captchaUrl.
        htmlPageBase64: Type.Optional(payload("the page's HTML as a Base64 string")),
        datadomeCookie: text("the cookie datadome (a string)"),
        datadomeVersion: optionalText("new, or nothing for the older version"),
      }),
    }),
    solution: cookiesByDomain,
    example: example({
      ...URL_EXAMPLE,
      metadata: { captchaUrl: "https://geo.captcha-delivery.com/captcha/", datadomeCookie: "datadome=x" },
      ...PROXY_EXAMPLE,
    }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "Imperva" },
    summary: "Imperva Incapsula's cookies.",
    proxy: "required",
    fields: Type.Object({
      ...common,
      metadata: metadata({
        incapsulaScriptUrl: text("the address of the script"),
        incapsulaCookies: text("the cookies (a string)"),
        reese84UrlEndpoint: optionalText("the address of the endpoint"),
      }),
    }),
    solution: cookiesByDomain,
    example: example({
      ...URL_EXAMPLE,
      metadata: { incapsulaScriptUrl: "_Incapsula_Resource?x", incapsulaCookies: "incap_ses=x" },
      ...PROXY_EXAMPLE,
    }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "Basilisk" },
    summary: "Basilisk.",
    proxy: "optional",
    fields: Type.Object({ ...common, websiteKey }),
    solution: dataOf({ captcha_response: token }),
    example: example(KEY_EXAMPLE),
  },
  {
    ...nobody,
    variant: { field: "class", value: "TenDI" },
    summary: "Tencent TenDI.",
    proxy: "optional",
    fields: Type.Object({
      ...common,
      websiteKey,
      metadata: Type.Optional(metadata({ captchaUrl: optionalText("the address of the captcha") })),
    }),
    solution: dataOf({ randstr: token, ticket: token }),
    example: example(KEY_EXAMPLE, { metadata: { captchaUrl: "https://shop.example/TCaptcha.js" } }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "Temu" },
    status: "draft",
    summary: "Temu's cookies.",
    proxy: "optional",
    fields: Type.Object({
      ...common,
      metadata: metadata({ cookie: text("the cookies (a string)", { maxLength: 65_536 }) }),
    }),
    solution: cookiesByDomain,
    example: example({ ...URL_EXAMPLE, metadata: { cookie: "a=1" } }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "Castle" },
    status: "draft",
    summary: "Castle's request tokens.",
    proxy: "optional",
    fields: Type.Object({
      ...common,
      websiteKey,
      metadata: metadata({
        wUrl: text("the address of the worker script"),
        swUrl: text("the address of the service worker"),
        count: Type.Optional(
          Type.Integer({ minimum: 1, default: 1, ignored: [0], description: "a whole number from 1" }),
        ),
      }),
    }),
    solution: dataOf({ tokens: Type.Array(Type.String(), { description: "the tokens" }) }),
    example: example({
      ...KEY_EXAMPLE,
      metadata: { wUrl: "https://shop.example/cw.js", swUrl: "https://shop.example/csw.js" },
    }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "tspd" },
    summary: "F5 TSPD's cookies.",
    proxy: "required",
    fields: Type.Object({
      ...common,
      metadata: metadata({
        tspdCookie: text("the cookies (a string)"),
        htmlPageBase64: payload("the page's HTML as a Base64 string"),
      }),
    }),
    solution: cookiesByDomain,
    example: example({
      ...URL_EXAMPLE,
      metadata: { tspdCookie: "TS=x", htmlPageBase64: PAGE },
      ...PROXY_EXAMPLE,
    }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "HUNT" },
    summary: "HUNT.",
    proxy: "required",
    fields: Type.Object({
      ...common,
      metadata: metadata({
        apiGetLib: text("the address of the script"),
        data: optionalText("the data (a string)"),
        widgetUrl: optionalText("the address of the widget"),
      }),
    }),
    rules: [
      (fields) => {
        const { data, widgetUrl } = (fields["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
        return data === undefined || widgetUrl === undefined
          ? null
          : { field: "metadata.data", sentence: "expected data or widgetUrl, got both: send one of the two" };
      },
    ],
    solution: dataOf({ token }),
    example: example({
      ...URL_EXAMPLE,
      metadata: { apiGetLib: "https://shop.example/hd.js" },
      ...PROXY_EXAMPLE,
    }),
  },
  {
    ...nobody,
    variant: { field: "class", value: "alibaba" },
    summary: "Alibaba Cloud's captcha.",
    proxy: "optional",
    fields: Type.Object({
      ...common,
      websiteKey: optionalKey,
      metadata: metadata({
        sceneId: optionalText("the scene's id (a string)"),
        prefix: optionalText("the prefix (a string)"),
        userId: optionalText("a string"),
        userUserId: optionalText("a string"),
        verifyType: optionalText("a string"),
        region: optionalText("a string"),
        UserCertifyId: optionalText("a string"),
        apiGetLib: optionalText("the address of the script"),
        punishUrl: optionalText("the address of the punish page"),
        cookieRequired: optionalFlag("true when cookies are wanted, else false"),
      }),
    }),
    rules: ["sceneId", "prefix"].map((name) => (fields) => {
      const given = (fields["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
      return given[name] !== undefined || given["punishUrl"] !== undefined
        ? null
        : {
            field: `metadata.${name}`,
            sentence: "expected a string where there is no punishUrl, got nothing",
          };
    }),
    solution: Type.Object({
      data: Type.Optional(
        dataOf({ tokens: Type.String({ description: "JSON as a string" }) }).properties.data,
      ),
      domains: Type.Optional(cookiesByDomain.properties.domains),
    }),
    example: example({ ...URL_EXAMPLE, metadata: { sceneId: "scene", prefix: "prefix" } }),
  },
];
