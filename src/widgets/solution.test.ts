import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Value } from "typebox/value";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { widgetSolution } from "./solution.ts";
import { VENDORS, widgetOf } from "./vendors.ts";

const HOST = "widgets.desk.example";
const AGENT = "Mozilla/5.0 (a worker's)";
const KEY = { websiteURL: "https://shop.example/", websiteKey: "site-key" };
const GEETEST_4 = { gt: "captcha-id", version: "4" };
const GEETEST_ANSWER = {
  captcha_id: "captcha-id",
  lot_number: "lot",
  pass_token: "pass",
  gen_time: "1763000000",
  captcha_output: "output",
};

const typeNamed = (title: string) => {
  const type = TASK_TYPES.find((type) => type.title === title);
  assert(type, title);
  return type;
};

/** Title, fields, vendor, what the frame sends besides the token, what the caller gets. */
const ANSWERS = [
  ["RecaptchaV2Task", KEY, "reCAPTCHA v2", {}, { gRecaptchaResponse: "T" }],
  ["RecaptchaV2EnterpriseTask", KEY, "reCAPTCHA v2 Enterprise", {}, { gRecaptchaResponse: "T" }],
  ["RecaptchaV3TaskProxyless", KEY, "reCAPTCHA v3", {}, { gRecaptchaResponse: "T" }],
  [
    "RecaptchaV3TaskProxyless",
    { ...KEY, isEnterprise: true },
    "reCAPTCHA v3 Enterprise",
    {},
    { gRecaptchaResponse: "T" },
  ],
  ["RecaptchaV3EnterpriseTask", KEY, "reCAPTCHA v3 Enterprise", {}, { gRecaptchaResponse: "T" }],
  ["TurnstileTask", KEY, "Turnstile", { userAgent: AGENT }, { token: "T", userAgent: AGENT }],
  [
    "HCaptchaTask",
    KEY,
    "hCaptcha",
    { respKey: "R", userAgent: AGENT },
    { gRecaptchaResponse: "T", respKey: "R", userAgent: AGENT },
  ],
  ["GeeTestTask", GEETEST_4, "GeeTest 4", GEETEST_ANSWER, GEETEST_ANSWER],
  ["MTCaptchaTask", KEY, "MTCaptcha", {}, { token: "T" }],
  ["ProsopoTask", KEY, "Prosopo", {}, { token: "T" }],
  ["CustomTask friendly", KEY, "Friendly Captcha", {}, { token: "T", data: { token: "T" } }],
  [
    "CustomTask friendly",
    { ...KEY, metadata: { apiGetLib: "https://shop.example/widget.module.min.js" } },
    "Friendly Captcha v1",
    {},
    { token: "T", data: { token: "T" } },
  ],
] as const;

describe("a widget's answer", () => {
  for (const [title, fields, vendor, extra, solution] of ANSWERS) {
    it(`of ${vendor} becomes the solution of a ${title}`, () => {
      assert.equal(widgetOf(title, fields)?.vendor, vendor);
      const outcome = widgetSolution(title, fields, { token: "T", extra }, HOST);
      assert(outcome.kind === "solution", JSON.stringify(outcome));
      assert.deepEqual(outcome.solution, solution);
      assert(Value.Check(typeNamed(title).solution, outcome.solution));
      assert(outcome.lifetimeMs >= 45_000 && outcome.lifetimeMs < 300_000);
    });
  }

  it("is nothing that could not be one", () => {
    for (const value of [
      null,
      7,
      {},
      { token: "" },
      { token: 5 },
      { token: "x".repeat(70_000) },
      { vendorError: "no" },
    ]) {
      assert.equal(widgetSolution("TurnstileTask", KEY, value, HOST).kind, "invalid", JSON.stringify(value));
    }
    const half = widgetSolution(
      "GeeTestTask",
      GEETEST_4,
      { token: "T", extra: { lot_number: "lot", gen_time: 7 } },
      HOST,
    );
    assert.equal(half.kind, "invalid");
  });

  it("is good for so much less as the page has kept it, and none any more after its time", () => {
    const after = (ageMs: number) => widgetSolution("TurnstileTask", KEY, { token: "T", ageMs }, HOST);
    assert.partialDeepStrictEqual(after(100_000), { kind: "solution", lifetimeMs: 195_000 });
    assert.equal(after(294_999).kind, "solution");
    assert.equal(after(295_000).kind, "invalid");
  });

  it("that was too old may be given again", () => {
    const outcome = widgetSolution("TurnstileTask", KEY, { vendorError: "expired" }, HOST);
    assert.deepEqual(outcome, {
      kind: "invalid",
      message: "The token expired before it was sent. Solve the widget again.",
    });
  });
});

describe("a vendor's refusal", () => {
  it("of the host names the setting to change, for every vendor", () => {
    for (const [title, fields, vendor] of ANSWERS) {
      const outcome = widgetSolution(title, fields, { vendorError: "invalid-domain" }, HOST);
      assert(outcome.kind === "refused");
      assert.equal(outcome.errorCode, "ERROR_RECAPTCHA_INVALID_DOMAIN");
      assert(outcome.errorDescription.startsWith(vendor));
      assert.match(
        outcome.errorDescription,
        /must add widgets\.desk\.example to .+\. The task was not charged\.$/,
      );
    }
  });

  it("of the key repeats it, and what the vendor said, without what could do harm", () => {
    const value = { vendorError: "invalid-sitekey", detail: "110100\n\u001B[31m é" };
    const outcome = widgetSolution("TurnstileTask", KEY, value, HOST);
    assert.deepEqual(outcome, {
      kind: "refused",
      errorCode: "ERROR_RECAPTCHA_INVALID_SITEKEY",
      errorDescription:
        'Turnstile does not know the site key "site-key" (110100  [31m). Compare it with the sitekey in the Cloudflare dashboard (Turnstile). The task was not charged.',
    });
  });

  it("of any other kind is an unsolvable task", () => {
    const outcome = widgetSolution("ProsopoTask", KEY, { vendorError: "other", detail: {} }, HOST);
    assert(outcome.kind === "refused" && outcome.errorCode === "ERROR_CAPTCHA_UNSOLVABLE");
  });
});

describe("the table of vendors", () => {
  it("has one row at the most for a task, and none for what is no widget or has none here", () => {
    const without = TASK_TYPES.filter((type) => {
      const { title, route, example, variant, name } = type;
      if (route.kind !== "people") return false;
      const fields = type.read({
        ...example.full,
        type: name,
        ...(variant && { [variant.field]: variant.value }),
      });
      const rows = VENDORS.filter(({ serves }) => serves(title, fields));
      assert(rows.length <= 1, title);
      return rows.length === 0;
    }).map(({ title }) => title);
    assert.deepEqual(
      without.filter((title) => !title.startsWith("ComplexImageTask")),
      [],
    );
    assert.equal(widgetOf("GeeTestTask", { version: "3" }), null);
  });

  it("loads every script over https from a host that the row's policy allows", () => {
    for (const [title, fields] of ANSWERS) {
      const row = widgetOf(title, fields);
      assert(row);
      const script = row.script(fields);
      const allowed = row.sources(fields).script.filter((source) => source.startsWith("https://"));
      const patterns = allowed.map((source) => source.replaceAll(".", "\\.").replace("*", "[a-z0-9-]+"));
      assert.match(script, new RegExp(`^(${patterns.join("|")})`));
    }
  });

  it("takes reCAPTCHA's second host from the task, and no other", () => {
    const scriptAt = (apiDomain: string) =>
      widgetOf("RecaptchaV2EnterpriseTask", KEY)
        ?.script({ ...KEY, apiDomain })
        .split("?")[0];
    assert.equal(scriptAt("www.recaptcha.net"), "https://www.recaptcha.net/recaptcha/enterprise.js");
    assert.equal(scriptAt("evil.example"), "https://www.google.com/recaptcha/enterprise.js");
  });
});
