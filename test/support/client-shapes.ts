import { EXAMPLE_PICTURE as picture } from "../../src/protocol/catalogue/images.ts";

/** The shapes in which the vendor's and other clients send their requests: sections 5 and 6 of the protocol reference. */

/** A task object as a client sends it. */
type Task = Readonly<Record<string, unknown>>;
export const site = { websiteURL: "https://shop.example/login", websiteKey: "key" };
const challenge = "3dd28253be6cc0c54d95f7f98c517e68744597cc6e66109619d1ac975c39181c";
export const altcha = {
  challenge,
  iterations: "5000",
  salt: "46d5b1c8871e5152d902ee3f",
  signature: "4b1cf0e0",
};
/** What C# sends with every task that can have a proxy. */
const cSharpProxy = {
  proxyType: "http",
  proxyAddress: null,
  proxyPort: 0,
  proxyLogin: null,
  proxyPassword: null,
};

export const ACCEPTED = "accepted";
/** The task itself is right: only nobody is there to answer it. */
const NOBODY_THERE = "ERROR_NO_SLOT_AVAILABLE";
/** A widget that cannot be put before a person. */
const NOT_SHOWN = "ERROR_TASK_NOT_SUPPORTED";
const NOT_OFFERED = "ERROR_TASK_NOT_SUPPORTED";

interface Shape {
  readonly client: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly url?: string;
  /** Fields beside clientKey and task. */
  readonly extra?: Task;
  readonly tasks: readonly (readonly [string, Task])[];
}

const json = { "content-type": "application/json" };

export const SHAPES: readonly Shape[] = [
  {
    client: "JS",
    headers: json,
    extra: { softId: 54 },
    tasks: [
      [
        ACCEPTED,
        {
          type: "ImageToTextTask",
          body: picture,
          CapMonsterModule: "amazon",
          recognizingThreshold: 65,
          Case: true,
          numeric: 0,
          math: false,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "NoCaptchaTask",
          ...site,
          isInvisible: true,
          userAgent: "ua",
          cookies: "a=1;b=2",
          nocache: true,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "RecaptchaV2EnterpriseTask",
          ...site,
          enterprisePayload: { s: "value" },
          apiDomain: "www.google.com",
          pageAction: "verify",
        },
      ],
      [NOBODY_THERE, { type: "RecaptchaV3TaskProxyless", ...site, minScore: 0.6, pageAction: "verify" }],
      [
        NOBODY_THERE,
        { type: "HCaptchaTask", ...site, isInvisible: false, fallbackToActualUA: true, data: "x" },
      ],
      [
        NOT_SHOWN,
        { type: "GeeTestTask", websiteURL: site.websiteURL, gt: "gt", challenge: "c", version: "3" },
      ],
      [
        NOBODY_THERE,
        {
          type: "GeeTestTask",
          websiteURL: site.websiteURL,
          gt: "gt",
          version: "4",
          initParameters: { riskType: "slide" },
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "TurnstileTask",
          ...site,
          proxyType: "http",
          proxyAddress: "203.0.113.7",
          proxyPort: 8000,
          proxyLogin: "l",
          proxyPassword: "p",
        },
      ],
      [
        NOT_SHOWN,
        { type: "FunCaptchaTask", websiteURL: site.websiteURL, websitePublicKey: "pk", data: '{"blob":"x"}' },
      ],
      [
        NOT_OFFERED,
        {
          type: "TurnstileTask",
          ...site,
          cloudflareTaskType: "cf_clearance",
          htmlPageBase64: "PGh0bWw+",
          userAgent: "ua",
          proxyType: "http",
          proxyAddress: "203.0.113.7",
          proxyPort: 8000,
          proxyLogin: "l",
          proxyPassword: "p",
        },
      ],
      [
        NOT_OFFERED,
        { type: "AmazonTask", ...site, challengeScript: "s", context: "", iv: "", cookieSolution: false },
      ],
      [
        NOT_OFFERED,
        {
          type: "CustomTask",
          class: "DataDome",
          websiteURL: site.websiteURL,
          metadata: { datadomeCookie: "x", captchaUrl: "y" },
        },
      ],
      [ACCEPTED, { type: "CustomTask", class: "altcha", ...site, metadata: altcha }],
    ],
  },
  {
    client: "Python",
    headers: json,
    extra: { softId: 55 },
    tasks: [
      [
        ACCEPTED,
        {
          type: "ImageToTextTask",
          body: picture,
          capMonsterModule: "universal",
          recognizingThreshold: "80",
          Case: true,
          numeric: 1,
          math: false,
        },
      ],
      [NOBODY_THERE, { type: "RecaptchaV2Task", ...site, isInvisible: null, recaptchaDataSValue: null }],
      [
        NOBODY_THERE,
        {
          type: "ComplexImageTask",
          class: "recaptcha",
          imagesBase64: [picture],
          metadata: { Grid: "3x3", TaskDefinition: "/m/015qff" },
          websiteUrl: site.websiteURL,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "ComplexImageTask",
          class: "recognition",
          imagesBase64: [picture],
          metadata: { Task: "shein" },
          websiteUrl: site.websiteURL,
        },
      ],
      [NOBODY_THERE, { type: "MTCaptchaTask", ...site, pageAction: "%24", isInvisible: false }],
      [NOBODY_THERE, { type: "ProsopoTask", ...site }],
      [
        NOT_OFFERED,
        {
          type: "CustomTask",
          class: "Imperva",
          websiteURL: site.websiteURL,
          metadata: { incapsulaScriptUrl: "x", incapsulaCookie: "y" },
        },
      ],
      [NOT_OFFERED, { type: "YidunTask", ...site, hct: 0 }],
      [
        ACCEPTED,
        {
          type: "CustomTask",
          class: "altcha",
          websiteURL: site.websiteURL,
          websiteKey: "",
          metadata: altcha,
        },
      ],
    ],
  },
  {
    client: "C#",
    headers: { "content-type": "text/plain; charset=utf-8" },
    extra: { softId: 53 },
    tasks: [
      [
        ACCEPTED,
        {
          type: "ImageToTextTask",
          body: picture,
          CapMonsterModule: null,
          recognizingThreshold: 0,
          Case: false,
          numeric: 0,
          math: false,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "NoCaptchaTask",
          ...site,
          recaptchaDataSValue: null,
          userAgent: null,
          cookies: "",
          isInvisible: false,
          nocache: false,
          ...cSharpProxy,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "RecaptchaV2EnterpriseTask",
          ...site,
          enterprisePayload: "value",
          apiDomain: null,
          cookies: "",
          ...cSharpProxy,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "RecaptchaV3TaskProxyless",
          ...site,
          minScore: 0,
          pageAction: "verify",
          isEnterprise: 0,
          nocache: false,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "TurnstileTask",
          ...site,
          cloudflareTaskType: null,
          pageAction: null,
          data: null,
          pageData: null,
          ...cSharpProxy,
        },
      ],
      [
        NOBODY_THERE,
        {
          type: "ComplexImageTask",
          Class: "recaptcha",
          imageUrls: null,
          imagesBase64: [picture],
          metadata: { Grid: "4x4", Task: "Cars", TaskDefinition: null },
          websiteURL: site.websiteURL,
          userAgent: null,
        },
      ],
      [
        NOT_OFFERED,
        {
          type: "CustomTask",
          Class: "Hunt",
          websiteURL: site.websiteURL,
          metadata: { apiGetLib: "x" },
          ...cSharpProxy,
        },
      ],
      [NOT_OFFERED, { type: "CustomTask", class: "Tspd", websiteURL: site.websiteURL, ...cSharpProxy }],
      [
        NOBODY_THERE,
        { type: "CustomTask", class: "Friendly", ...site, metadata: { apiGetLib: "x" }, ...cSharpProxy },
      ],
    ],
  },
  {
    client: "Go",
    headers: { useragent: "Zennolab.CapMonsterCloud.Client.Go" },
    url: "/createTask/",
    extra: { softId: 58, callbackUrl: "" },
    tasks: [
      [ACCEPTED, { type: "ImageToTextTask", body: picture }],
      [NOBODY_THERE, { type: "TurnstileTask", ...site, PageAction: "login", Data: "d", PageData: "" }],
      [NOBODY_THERE, { type: "NoCaptchaTask", ...site, proxyType: "", proxyAddress: "", proxyPort: 0 }],
      [NOBODY_THERE, { type: "RecaptchaV2EnterpriseTask", ...site, enterprisePayload: "value" }],
      [
        NOBODY_THERE,
        {
          type: "ComplexImageTask",
          class: "hcaptcha",
          imageUrls: null,
          imagesBase64: [picture],
          websiteURL: site.websiteURL,
          metadata: { Task: "Dogs" },
        },
      ],
      [
        "ERROR_DOMAIN_NOT_ALLOWED",
        {
          type: "ComplexImageTask",
          class: "recognition",
          imagesBase64: [picture],
          websiteURL: null,
          metadata: { Task: "dli" },
        },
      ],
    ],
  },
  {
    client: "PHP",
    headers: json,
    extra: { softId: 57 },
    tasks: [
      [
        ACCEPTED,
        {
          type: "ImageToTextTask",
          body: picture,
          capMonsterModule: "yandex",
          case: "1",
          numeric: "1",
          math: "0",
        },
      ],
      [NOBODY_THERE, { type: "RecaptchaV2EnterpriseTask", ...site, enterprisePayload: "value" }],
      [NOBODY_THERE, { type: "RecaptchaV3TaskProxyless", ...site, minScore: "0.7", pageAction: "verify" }],
      [NOBODY_THERE, { type: "NoCaptchaTaskProxyless", ...site }],
    ],
  },
  {
    client: "others",
    headers: json,
    extra: { softId: "60", languagePool: "en", unknown: [{}] },
    tasks: [
      [NOBODY_THERE, { type: "RecaptchaV3Task", ...site, isEnterprise: 1 }],
      [NOBODY_THERE, { type: "RecaptchaV3TaskProxyless", ...site, isEnterprise: "true" }],
      [NOBODY_THERE, { type: "TurnstileTaskProxyless", ...site }],
      [NOBODY_THERE, { type: "HCaptchaTaskProxyless", ...site }],
      [NOT_OFFERED, { type: "BinanceTaskProxyless", ...site, validateId: "v" }],
      [NOT_OFFERED, { type: "DatadomeSliderTask", websiteURL: site.websiteURL }],
      [NOT_OFFERED, { type: "CustomTask", class: "hunt", websiteURL: site.websiteURL }],
      [NOT_OFFERED, { type: "CustomTask", Class: "Castle", ...site, metadata: {} }],
      [NOT_OFFERED, { type: "CustomTask", class: "tspd", websiteUrl: site.websiteURL }],
      [
        ACCEPTED,
        {
          type: "CustomTask",
          class: "Altcha",
          websiteURL: site.websiteURL,
          metadata: { ...altcha, iterations: 5000 },
        },
      ],
    ],
  },
];
