import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { claim } from "../../src/tasks/claim.ts";
import { addSite } from "../../src/sites/sites.ts";
import { createTestApp } from "../support/app.ts";
import { startBuiltInRunners } from "../support/runners.ts";
import { speakTwoCaptcha } from "../support/two-captcha.ts";

const { app, desk } = await createTestApp();
const { key } = await desk.addAccount("payer", 1_000_000);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });
startBuiltInRunners(desk);
const picture = await readFile(new URL("../../docs/example.png", import.meta.url));
const body = picture.toString("base64");
assert(body.includes("+"), "which a form that is not encoded makes a space");

const { send, get, form, submitted } = speakTwoCaptcha(app, key);

async function settle(solution: Readonly<Record<string, unknown>> | null) {
  const tasks = await claim(desk.database, desk.images, {
    lane: "machine",
    limit: 100,
    leasedBy: "test",
    leaseMs: 60_000,
  });
  for (const { key: task, lease } of tasks) {
    const end = { key: task, lease, solver: "test", detail: null };
    await desk.settler.settle(
      solution === null
        ? { ...end, to: "failed", errorCode: "ERROR_CAPTCHA_UNSOLVABLE", errorDescription: "Too blurred." }
        : { ...end, to: "solved", solution, confidence: 1 },
    );
  }
  return tasks;
}

describe("a picture", () => {
  const multipart = new FormData();
  multipart.set("key", key);
  multipart.set("method", "post");
  multipart.set("file", new File([picture], "captcha.png", { type: "image/png" }));

  const requests: readonly [what: string, send: () => Promise<string>][] = [
    ["base64 in a form", () => form({ method: "base64", body })],
    [
      "base64 in a form that was not encoded for it",
      () => send("in.php", { payload: `key=${key}&method=base64&body=${body}` }),
    ],
    ["base64 in the query, with GET", () => get("in.php", { key, method: "base64", body })],
    [
      "base64 in JSON",
      () =>
        send("in.php", {
          payload: JSON.stringify({ key, method: "base64", body }),
          type: "application/json",
        }),
    ],
    [
      "the parameters in the query, the picture in JSON that is called text",
      () =>
        send("in.php", {
          query: { key, method: "base64" },
          payload: JSON.stringify({ body }),
          type: "text/plain",
        }),
    ],
    [
      "a form that is called multipart",
      () =>
        send("in.php", {
          payload: new URLSearchParams({ key, method: "base64", body }).toString(),
          type: "multipart/form-data",
        }),
    ],
    [
      "a file in multipart/form-data",
      async () => {
        const request = new Request("http://desk.example/", { method: "POST", body: multipart });
        const type = request.headers.get("content-type") ?? "";
        return send("in.php", { payload: Buffer.from(await request.arrayBuffer()), type });
      },
    ],
  ];
  for (const [what, make] of requests) {
    it(`is taken as ${what}`, async () => {
      const id = await submitted(make());
      const [task] = await settle({ text: "zQV6R" });
      assert(task?.image?.equals(picture));
      assert.equal(await get("res.php", { key, action: "get", id }), "OK|zQV6R");
    });
  }

  it("brings its hints along under the names that the recogniser knows", async () => {
    await submitted(
      form({
        method: "base64",
        body,
        numeric: "4",
        regsense: "1",
        calc: "0",
        phrase: "1",
        min_len: "4",
        max_len: "6",
        language: "2",
        lang: "en",
        textinstructions: "the blue letters",
        soft_id: "3898",
        header_acao: "1",
      }),
    );
    const [task] = await settle({ text: "x" });
    assert.deepEqual(task?.fields, {
      numeric: 4,
      case: true,
      math: false,
      phrase: true,
      minLength: 4,
      maxLength: 6,
      language: "en",
      comment: "the blue letters",
    });
    await submitted(form({ method: "base64", body, language: "1" }));
    const [cyrillic] = await settle({ text: "x" });
    assert.deepEqual(cyrillic?.fields, { language: "ru" });
  });

  it("goes from not ready to an answer, a price, or the end without one", async () => {
    const id = await submitted(form({ method: "base64", body }));
    const ask = (query: Readonly<Record<string, string>>) => get("res.php", { key, id, ...query });
    assert.equal(await ask({ action: "get" }), "CAPCHA_NOT_READY");
    assert.match(
      await ask({ action: "get", json: "1" }),
      /^\{"status":0,"request":"CAPCHA_NOT_READY","error_text":"/,
    );
    await settle({ text: "a|b" });
    assert.equal(await ask({ action: "get" }), "OK|a|b");
    assert.equal(await ask({ action: "get", json: "1" }), '{"status":1,"request":"a|b"}');
    assert.equal(await ask({ action: "get2" }), "OK|a|b|0.000030");
    assert.equal(await ask({ action: "get2", json: "1" }), '{"status":1,"request":"a|b","price":"0.000030"}');
    const posted = new URLSearchParams({ key, id, action: "get" }).toString();
    assert.equal(await send("res.php", { payload: posted }), "OK|a|b");

    const failing = await submitted(form({ method: "base64", body }));
    await settle(null);
    assert.equal(await get("res.php", { key, action: "get", id: failing }), "ERROR_CAPTCHA_UNSOLVABLE");
    const both = { key, action: "get", ids: `${id},${failing},999999999,x` };
    const words = "ERROR_CAPTCHA_UNSOLVABLE|ERROR_WRONG_CAPTCHA_ID|ERROR_WRONG_ID_FORMAT";
    assert.equal(await get("res.php", both), `a|b|${words}`);
    assert.equal(await get("res.php", { ...both, json: "1" }), `{"status":1,"request":"a|b|${words}"}`);
  });
});

describe("widgets", () => {
  const page = { pageurl: "https://shop.example/login" };
  const NOBODY_THERE = "ERROR_NO_SLOT_AVAILABLE";
  const accepted: readonly [string, Readonly<Record<string, string>>][] = [
    ["reCAPTCHA v2", { method: "userrecaptcha", googlekey: "k", ...page, invisible: "1", "data-s": "s" }],
    ["reCAPTCHA v2 Enterprise", { method: "userrecaptcha", googlekey: "k", ...page, enterprise: "1" }],
    [
      "reCAPTCHA v3",
      { method: "userrecaptcha", version: "v3", googlekey: "k", ...page, action: "login", min_score: "0.3" },
    ],
    [
      "reCAPTCHA v3 Enterprise",
      { method: "userrecaptcha", version: "v3", enterprise: "1", googlekey: "k", ...page },
    ],
    ["hCaptcha", { method: "hcaptcha", sitekey: "k", ...page, data: "rq", domain: "hcaptcha.com" }],
    ["Turnstile", { method: "turnstile", sitekey: "k", ...page, action: "a", data: "c" }],
    ["FunCaptcha", { method: "funcaptcha", publickey: "k", ...page, "data[blob]": "x", surl: "a.example" }],
    ["GeeTest 3", { method: "geetest", gt: "g", challenge: "c", ...page, api_server: "api.example" }],
    ["GeeTest 4", { method: "geetest_v4", captcha_id: "c", ...page }],
    ["MTCaptcha", { method: "mt_captcha", sitekey: "k", ...page }],
    ["Prosopo", { method: "prosopo", sitekey: "k", ...page }],
    ["Friendly Captcha", { method: "friendly_captcha", sitekey: "k", ...page, module_script: "s.js" }],
    [
      "a grid",
      {
        method: "base64",
        body,
        recaptcha: "1",
        recaptcharows: "4",
        recaptchacols: "4",
        textinstructions: "cars",
        ...page,
      },
    ],
    [
      "a proxy and cookies",
      {
        method: "userrecaptcha",
        googlekey: "k",
        ...page,
        proxy: "login:pass:word@203.0.113.7:3128",
        proxytype: "SOCKS5",
        cookies: "a:1;b:2;",
      },
    ],
  ];
  /** Known to the catalogue, but without a widget that could be put before a person. */
  const notShown: ReadonlySet<string> = new Set(["FunCaptcha", "GeeTest 3"]);
  for (const [what, fields] of accepted) {
    it(`${what} is a task of the catalogue, for authorised sites only`, async () => {
      const [here, elsewhere] = notShown.has(what)
        ? ["ERROR_METHOD_CALL", "ERROR_METHOD_CALL"]
        : [NOBODY_THERE, "ERROR_DOMAIN_NOT_ALLOWED"];
      assert.equal(await form(fields), here);
      assert.equal(await form({ ...fields, pageurl: "https://elsewhere.example/" }), elsewhere);
    });
  }

  it("Altcha is computed", async () => {
    const salt = "46d5b1c8871e5152d902ee3f";
    const challenge = {
      algorithm: "SHA-256",
      challenge: hash("sha256", `${salt}1234`),
      maxnumber: 5000,
      salt,
      signature: "4b1cf0e0",
    };
    const id = await submitted(
      form({ method: "altcha", challenge_json: JSON.stringify(challenge), ...page }),
    );
    const [, token] = /^OK\|(.+)$/.exec(await answered(id)) ?? [];
    const { number } = JSON.parse(Buffer.from(token ?? "", "base64").toString()) as { number: number };
    assert.equal(number, 1234);
  });

  it("public test keys are answered at once", async () => {
    const turnstile = {
      method: "turnstile",
      sitekey: "1x00000000000000000000AA",
      pageurl: "https://a.example",
    };
    const id = await submitted(form(turnstile));
    assert.equal(await answered(id), "OK|XXXX.DUMMY.TOKEN.XXXX");
  });

  /** Asks until there is an answer: the built-in runners work on it. */
  async function answered(id: string): Promise<string> {
    for (;;) {
      const answer = await get("res.php", { key, action: "get", id });
      if (answer !== "CAPCHA_NOT_READY") return answer;
    }
  }
});

it("the balance is a plain number, in JSON a text", async () => {
  const { balance } = JSON.parse(
    (await app.inject({ method: "POST", url: "/getBalance", payload: { clientKey: key } })).body,
  ) as { balance: number };
  assert.equal(await get("res.php", { key, action: "getbalance" }), String(balance));
  assert.equal(
    await get("res.php", { key, action: "getbalance", json: "1" }),
    JSON.stringify({ status: 1, request: String(balance) }),
  );
  assert.equal(
    await get("res.php", { key, action: "add_pingback", addr: "https://a.example" }),
    "OK_PINGBACK",
  );
});
