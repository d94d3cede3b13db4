import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { addSite } from "../../src/sites/sites.ts";
import { createTestApp } from "../support/app.ts";
import { speakTwoCaptcha } from "../support/two-captcha.ts";

const { app, desk } = await createTestApp();
const { key } = await desk.addAccount("payer", 1_000_000);
const stranger = await desk.addAccount("stranger", 1_000_000);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });
const body = await readFile(new URL("../../docs/example.png", import.meta.url), "base64");
const { send, get, form, submitted } = speakTwoCaptcha(app, key);

describe("refusals", () => {
  const cases: readonly [
    what: string,
    fields: Readonly<Record<string, string>>,
    word: string,
    sentence: RegExp,
  ][] = [
    ["no key", { key: "", method: "base64", body }, "ERROR_WRONG_USER_KEY", /^key: /],
    ["a key of another form", { key: "a b", method: "base64", body }, "ERROR_WRONG_USER_KEY", /^key: /],
    [
      "an unknown key",
      { key: "0".repeat(32), method: "base64", body },
      "ERROR_KEY_DOES_NOT_EXIST",
      /^The key is unknown/,
    ],
    ["an unknown method", { method: "lemin" }, "ERROR_METHOD_CALL", /lemin.*userrecaptcha/],
    ["a method that nobody answers", { method: "amazon_waf" }, "ERROR_METHOD_CALL", /on purpose/],
    [
      "a challenge page",
      { method: "turnstile", sitekey: "k", pageurl: "https://shop.example", pagedata: "d" },
      "ERROR_METHOD_CALL",
      /on purpose/,
    ],
    [
      "a widget that is not shown, on any site",
      { method: "geetest", gt: "g", pageurl: "https://elsewhere.example" },
      "ERROR_METHOD_CALL",
      /cannot show/,
    ],
    ["FunCaptcha, whatever is said of it", { method: "funcaptcha" }, "ERROR_METHOD_CALL", /on purpose/],
    [
      "coordinates",
      { method: "base64", body, coordinatescaptcha: "1" },
      "ERROR_METHOD_CALL",
      /coordinatescaptcha/,
    ],
    ["no page", { method: "userrecaptcha", googlekey: "k" }, "ERROR_PAGEURL", /^pageurl: /],
    [
      "a page that is no address",
      { method: "userrecaptcha", googlekey: "k", pageurl: "websiteURL" },
      "ERROR_PAGEURL",
      / pageurl: expected .* got "websiteURL"/,
    ],
    [
      "no site key of reCAPTCHA",
      { method: "userrecaptcha", pageurl: "https://a.example" },
      "ERROR_GOOGLEKEY",
      /^googlekey: /,
    ],
    [
      "no site key",
      { method: "turnstile", pageurl: "https://a.example" },
      "ERROR_BAD_PARAMETERS",
      /^sitekey: /,
    ],
    ["no picture", { method: "base64" }, "ERROR_ZERO_CAPTCHA_FILESIZE", /0 bytes/],
    [
      "a picture too large",
      { method: "base64", body: "A".repeat(700_000) },
      "ERROR_TOO_BIG_CAPTCHA_FILESIZE",
      /500000/,
    ],
    [
      "no image file",
      { method: "base64", body: "A".repeat(400) },
      "ERROR_IMAGE_TYPE_NOT_SUPPORTED",
      /not an image/,
    ],
    ["no Base64", { method: "base64", body: "!".repeat(400) }, "ERROR_BAD_PARAMETERS", /Base64/],
    [
      "lengths in the wrong order",
      { method: "base64", body, min_len: "7", max_len: "5" },
      "ERROR_BAD_PARAMETERS",
      / min_len: expected at most max_len \(5\), got 7/,
    ],
    [
      "a length that is no number",
      { method: "base64", body, min_len: "many" },
      "ERROR_BAD_PARAMETERS",
      / min_len: .*"many"/,
    ],
    [
      "a proxy of no known form",
      { method: "turnstile", sitekey: "k", pageurl: "https://a.example", proxy: "x" },
      "ERROR_PROXY_FORMAT",
      /^proxy: /,
    ],
    [
      "a proxy of no known type",
      {
        method: "turnstile",
        sitekey: "k",
        pageurl: "https://a.example",
        proxy: "203.0.113.7:1",
        proxytype: "ftp",
      },
      "ERROR_PROXY_FORMAT",
      / proxytype: /,
    ],
    [
      "a site key that is too long",
      { method: "userrecaptcha", googlekey: "k".repeat(2_000), pageurl: "https://a.example" },
      "ERROR_BAD_PARAMETERS",
      / googlekey: /,
    ],
    [
      "no script of Friendly Captcha",
      { method: "friendly_captcha", sitekey: "k", pageurl: "https://a.example" },
      "ERROR_BAD_PARAMETERS",
      / module_script: /,
    ],
    [
      "a grid without instructions",
      { method: "base64", body, recaptcha: "1" },
      "ERROR_BAD_PARAMETERS",
      /^textinstructions: /,
    ],
    [
      "a pingback that is no address on the web",
      { method: "base64", body, pingback: "ftp://x" },
      "ERROR_BAD_PARAMETERS",
      /^pingback: .* ask with res\.php/,
    ],
    [
      "a challenge that is no JSON",
      { method: "altcha", pageurl: "https://a.example", challenge_json: "x" },
      "ERROR_BAD_PARAMETERS",
      / challenge_json: expected the challenge as JSON/,
    ],
    ["a U+0000", { method: "base64", body, textinstructions: "\0" }, "ERROR_BAD_PARAMETERS", /U\+0000/],
  ];
  for (const [what, fields, word, sentence] of cases) {
    it(`${what}: ${word}`, async () => {
      assert.equal(await form(fields), word);
      const { error_text: text, ...rest } = JSON.parse(await form({ ...fields, json: "1" })) as Record<
        string,
        unknown
      >;
      assert.deepEqual(rest, { status: 0, request: word });
      assert.match(String(text), sentence);
    });
  }

  it("take no time with the square of a proxy's length", async () => {
    const started = performance.now();
    const long = { method: "turnstile", sitekey: "k", pageurl: "https://a.example" };
    assert.equal(await form({ ...long, proxy: `a:${"@[".repeat(100_000)}` }), "ERROR_PROXY_FORMAT");
    assert.ok(performance.now() - started < 2_000); // it was ten seconds
  });

  it("tell nothing of the tasks of others", async () => {
    const id = await submitted(form({ method: "base64", body }));
    assert.equal(await get("res.php", { key: stranger.key, action: "get", id }), "ERROR_WRONG_CAPTCHA_ID");
    assert.equal(await get("res.php", { key: stranger.key, action: "get2", id }), "ERROR_WRONG_CAPTCHA_ID");
    assert.equal(
      await get("res.php", { key: stranger.key, action: "get", ids: id }),
      "ERROR_WRONG_CAPTCHA_ID",
    );
  });

  it("of res.php say what is wrong", async () => {
    assert.equal(await get("res.php", { key }), "ERROR_EMPTY_ACTION");
    assert.equal(await get("res.php", { key, action: "dance" }), "ERROR_BAD_PARAMETERS");
    assert.equal(await get("res.php", { key, action: "get" }), "ERROR_WRONG_ID_FORMAT");
    assert.equal(await get("res.php", { key, action: "get", id: "9".repeat(20) }), "ERROR_WRONG_CAPTCHA_ID");
    const many = Array.from({ length: 101 }, () => "1").join(",");
    assert.equal(await get("res.php", { key, action: "get", ids: many }), "ERROR_BAD_PARAMETERS");
    assert.equal(
      await get("res.php", { key: "0".repeat(32), action: "get", ids: "1" }),
      "ERROR_KEY_DOES_NOT_EXIST",
    );
    const broken = { payload: "--x\r\nnonsense", query: { key } };
    assert.equal(await send("res.php", broken), "ERROR_BAD_PARAMETERS");
  });
});
