import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { widgetSolution } from "../../src/widgets/solution.ts";
import { createWidgetStage, type Shown } from "../support/widget-stage.ts";

const STAND_IN = await readFile(new URL("../support/stand-in-vendor.js", import.meta.url), "utf8");
const stage = await createWidgetStage();

const OPEN = { "access-control-allow-origin": "*" };

/** Every script of every vendor is the stand-in; their frames and other files are empty. */
const standIn = ({ pathname }: URL) =>
  pathname.endsWith(".js")
    ? { contentType: "text/javascript", body: STAND_IN, headers: OPEN }
    : { contentType: "text/html", body: "", headers: OPEN };
const worker = await stage.newWorker(standIn);

const KEY = { websiteURL: "https://shop.example/", websiteKey: "good-key" };
const press = (shown: Shown) => shown.frame().getByRole("button").click();
const told = (shown: Shown) => shown.frame().evaluate("told");

/** Title, fields, what the vendor's script is told, the solution (without the User-Agent, which all but some have). */
const ROWS = [
  [
    "RecaptchaV2Task",
    { ...KEY, recaptchaDataSValue: "s" },
    { sitekey: "good-key", s: "s" },
    { gRecaptchaResponse: "token-1" },
  ],
  [
    "RecaptchaV2Task",
    { ...KEY, isInvisible: true },
    { sitekey: "good-key", size: "invisible" },
    { gRecaptchaResponse: "token-1" },
  ],
  [
    "RecaptchaV2EnterpriseTask",
    { ...KEY, pageAction: "login", enterprisePayload: { s: "one-time" }, apiDomain: "www.recaptcha.net" },
    { sitekey: "good-key", s: "one-time", action: "login" },
    { gRecaptchaResponse: "token-1" },
  ],
  [
    "RecaptchaV3TaskProxyless",
    { ...KEY, pageAction: "buy" },
    { key: "good-key", action: "buy" },
    { gRecaptchaResponse: "score-token-buy" },
  ],
  [
    "RecaptchaV3EnterpriseTask",
    KEY,
    { key: "good-key", action: "verify" },
    { gRecaptchaResponse: "score-token-verify" },
  ],
  [
    "TurnstileTask",
    { ...KEY, pageAction: "a", data: "c" },
    { sitekey: "good-key", action: "a", cData: "c" },
    { token: "token-1" },
  ],
  [
    "HCaptchaTask",
    KEY,
    { sitekey: "good-key" },
    { gRecaptchaResponse: "token-1", respKey: "response-key-0" },
  ],
  [
    "HCaptchaTask",
    { ...KEY, isInvisible: true, data: "rq" },
    { sitekey: "good-key", size: "invisible" },
    { gRecaptchaResponse: "token-2", respKey: "response-key-0" },
  ],
  [
    "GeeTestTask",
    { gt: "good-key", version: "4", initParameters: { riskType: "slide" } },
    { captchaId: "good-key", product: "float", riskType: "slide" },
    {
      captcha_id: "good-key",
      lot_number: "lot",
      pass_token: "pass",
      gen_time: "1763000000",
      captcha_output: "output",
    },
  ],
  [
    "MTCaptchaTask",
    { ...KEY, pageAction: "login" },
    { sitekey: "good-key", action: "login" },
    { token: "token-1" },
  ],
  ["ProsopoTask", KEY, null, { token: "token-0" }],
  [
    "CustomTask friendly",
    { ...KEY, metadata: { apiGetLib: "https://shop.example/site.min.js" } },
    null,
    { data: { token: "token-0" } },
  ],
] as const;

describe("a widget", () => {
  for (const [title, fields, expected, solution] of ROWS) {
    it(`of a ${title} ${"isInvisible" in fields ? "(invisible) " : ""}is shown, solved by a person and becomes a solution`, async () => {
      const shown = await worker.show(title, fields);
      const { ticket } = await shown.heard("ready");
      assert.equal(ticket, shown.ticket);
      await press(shown);
      const { token, extra } = await shown.heard("token");
      const [first] = (await told(shown)) as readonly Record<string, unknown>[];
      if (expected !== null) assert.partialDeepStrictEqual(first, expected);
      const outcome = widgetSolution(title, fields, { token, extra }, "127.0.0.1");
      assert(outcome.kind === "solution");
      const { userAgent, ...rest } = outcome.solution;
      assert.deepEqual(rest, solution);
      if (userAgent !== undefined) assert.equal(userAgent, await worker.page.evaluate("navigator.userAgent"));
    });
  }

  it("tells nothing before a person pressed something", async () => {
    const shown = await worker.show("RecaptchaV3TaskProxyless", KEY);
    await shown.heard("ready");
    assert.deepEqual(await told(shown), []);
    assert(shown.messages().every(({ event }) => event === "ready" || event === "size"));
    assert.equal(await shown.frame().evaluate("document.activeElement.textContent"), "Start reCAPTCHA v3");
  });
});
