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
const said = (shown: Shown) => shown.frame().locator("#status").innerText();
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
    { ...KEY, metadata: { apiGetLib: "https://cdn.example/friendly-challenge@0.9.8/widget.min.js" } },
    null,
    { data: { token: "token-0" } },
  ],
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

describe("a vendor's problem", () => {
  /** Title, fields, what is told: a code that means the key, the host or something else. */
  const wrong = (websiteKey: string) => ({ ...KEY, websiteKey });
  const PROBLEMS = [
    ["TurnstileTask", wrong("wrong-key"), "invalid-sitekey", "110110"],
    ["TurnstileTask", wrong("wrong-domain"), "invalid-domain", "110200"],
    ["TurnstileTask", wrong("broken-key"), "other", "600010"],
    ["HCaptchaTask", wrong("broken-key"), "other", "network-error"],
    ["RecaptchaV2Task", wrong("broken-key"), "other", ""],
    ["RecaptchaV2Task", wrong("thrown-key"), "invalid-sitekey", "Invalid site key: thrown-key"],
    [
      "RecaptchaV3TaskProxyless",
      wrong("wrong-key"),
      "invalid-sitekey",
      "Invalid site key or not loaded in api.js: wrong-key",
    ],
    ["GeeTestTask", { gt: "wrong-key", version: "4" }, "invalid-sitekey", "60001 said by the vendor"],
    ["MTCaptchaTask", wrong("broken-key"), "other", "other"],
    ["ProsopoTask", wrong("broken-key"), "other", "other"],
    ["CustomTask friendly", wrong("wrong-key"), "invalid-sitekey", "sitekey_invalid"],
  ] as const;

  for (const [title, fields, code, detail] of PROBLEMS) {
    it(`of a ${title} is told: ${code} (${detail})`, async () => {
      const shown = await worker.show(title, fields);
      if (detail !== "Invalid site key: thrown-key") {
        await shown.heard("ready");
        await press(shown);
      }
      const told = await shown.heard("error");
      assert.equal(told.code, code);
      assert.equal(told.detail, detail);
      assert.match(await said(shown), /reports a problem/);
    });
  }

  it("is told as expired when the token was not used in time", async () => {
    for (const [title, fields] of [
      ["RecaptchaV2Task", wrong("expiring-key")],
      ["TurnstileTask", wrong("expiring-key")],
      ["HCaptchaTask", wrong("expiring-key")],
      ["MTCaptchaTask", wrong("expiring-key")],
      ["ProsopoTask", wrong("expiring-key")],
      ["CustomTask friendly", wrong("expiring-key")],
    ] as const) {
      const shown = await worker.show(title, fields);
      await shown.heard("ready");
      await press(shown);
      assert.equal((await shown.heard("expired")).code, "expired");
      assert.deepEqual(
        shown.messages().flatMap(({ event }) => (event === "size" ? [] : [event])),
        ["ready", "token", "expired"],
        title,
      );
    }
  });
});

describe("a vendor's script", () => {
  const time = async (shown: Shown, milliseconds: number) => {
    await shown.frame().page().clock.fastForward(milliseconds);
  };

  it("that is slow is waited for, and the worker is told so", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow = await stage.newWorker(async (url) => {
      asked.resolve();
      await answer.promise;
      return standIn(url);
    });
    await slow.page.clock.install();
    const shown = await slow.show("TurnstileTask", KEY);
    await asked.promise;
    await time(shown, 6_000);
    assert.equal(await said(shown), "Waiting for Turnstile…");
    answer.resolve();
    await shown.heard("ready");
    assert.equal(await said(shown), "");
    await press(shown);
    assert.equal((await shown.heard("token")).token, "token-1");
  });

  it("that stays silent is given up", async () => {
    const asked = Promise.withResolvers<void>();
    const never = await stage.newWorker(() => {
      asked.resolve();
      return new Promise(() => {});
    });
    await never.page.clock.install();
    const shown = await never.show("HCaptchaTask", KEY);
    await asked.promise;
    await time(shown, 31_000);
    assert.equal((await shown.heard("error")).detail, "its script does not answer");
  });

  it("that cannot be reached is told at once, and the frame can be loaded again", async () => {
    let network = false;
    const offline = await stage.newWorker((url) => (network ? standIn(url) : null));
    const shown = await offline.show("RecaptchaV2Task", KEY);
    const told = await shown.heard("error");
    assert.deepEqual([told.code, told.detail], ["other", "its script could not be loaded"]);
    network = true;
    await offline.page.evaluate(`open_(${JSON.stringify(shown.address)})`);
    await shown.heard("ready");
    await press(shown);
    await shown.heard("token");
  });
});
