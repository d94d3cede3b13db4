import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import capmonster from "@zennolab_com/capmonstercloud-client";
import { createChallenge, verifySolution } from "altcha-lib/v1";
import { audit } from "../../src/accounts/ledger.ts";
import { TEST_KEYS } from "../../src/protocol/test-keys.ts";
import { addSite } from "../../src/sites/sites.ts";
import { createTestApp } from "../support/app.ts";
import { startBuiltInRunners } from "../support/runners.ts";

const { app, desk, call } = await createTestApp({
  GLYPHDESK_PRICES: "HCaptchaTask=0.5, CustomTask altcha=0.0002",
});
const { key: clientKey } = await desk.addAccount("payer", 1_000_000);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });
startBuiltInRunners(desk);

async function resultOf(task: Record<string, unknown>): Promise<Record<string, unknown>> {
  const created = await call("createTask", { clientKey, task });
  assert.equal(created["errorId"], 0, JSON.stringify(created));
  for (;;) {
    const result = await call("getTaskResult", { clientKey, taskId: created["taskId"] });
    if (result["status"] !== "processing") return result;
    await delay(10);
  }
}

async function balance(): Promise<unknown> {
  return (await call("getBalance", { clientKey }))["balance"];
}

describe("the vendors' public test site keys", () => {
  const types = {
    Turnstile: "TurnstileTask",
    hCaptcha: "HCaptchaTaskProxyless",
    reCAPTCHA: "NoCaptchaTaskProxyless",
  } as const;
  const field = {
    Turnstile: "token",
    hCaptcha: "gRecaptchaResponse",
    reCAPTCHA: "gRecaptchaResponse",
  } as const;

  for (const { vendor, siteKey, behaviour, token } of TEST_KEYS) {
    it(`${vendor} ${siteKey} (${behaviour}) is answered on any site, free`, async () => {
      const before = await balance();
      const task = { type: types[vendor], websiteURL: "https://anywhere.example/", websiteKey: siteKey };
      const result = await resultOf({ ...task, userAgent: "ua" });
      if (token === null) {
        assert.equal(result["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
        assert.match(String(result["errorDescription"]), /public test key that always fails/);
      } else {
        assert.deepEqual(result["solution"], { [field[vendor]]: token, userAgent: "ua" });
        assert.equal(result["cost"], 0);
      }
      assert.equal(await balance(), before);
    });
  }

  it("are answered to an account without money", async () => {
    const poor = await desk.addAccount("poor", 0);
    const task = {
      type: "TurnstileTask",
      websiteURL: "https://x.example/",
      websiteKey: "1x00000000000000000000AA",
    };
    assert.equal((await call("createTask", { clientKey: poor.key, task }))["errorId"], 0);
  });

  it("are no key to other types or vendors", async () => {
    for (const type of ["RecaptchaV2Task", "HCaptchaTask", "MTCaptchaTask"]) {
      const task = { type, websiteURL: "https://x.example/", websiteKey: "1x00000000000000000000AA" };
      assert.equal(
        (await call("createTask", { clientKey, task }))["errorCode"],
        "ERROR_DOMAIN_NOT_ALLOWED",
        type,
      );
    }
  });
});

describe("Altcha", () => {
  const hmacKey = "the site owner's secret";
  const taskOf = ({
    challenge,
    salt,
    signature,
    maxnumber = 0,
  }: Awaited<ReturnType<typeof createChallenge>>) => ({
    type: "CustomTask",
    class: "altcha",
    websiteURL: "https://shop.example/form",
    websiteKey: "",
    metadata: { challenge, salt, signature, iterations: String(maxnumber) },
  });

  for (const algorithm of ["SHA-1", "SHA-256", "SHA-512"] as const) {
    it(`is computed so that the vendor's own library verifies it, with ${algorithm}`, async () => {
      const expires = new Date(Date.now() + 60_000);
      const challenge = await createChallenge({ algorithm, hmacKey, maxnumber: 20_000, expires });
      const result = await resultOf(taskOf(challenge));
      const { data } = result["solution"] as { data: { token: string; number: number } };
      assert.equal(await verifySolution(data.token, hmacKey), true);
      assert.equal(await verifySolution(data.token, "another secret"), false);
      assert(Number.isInteger(data.number) && data.number <= 20_000);
      assert.equal(result["cost"], 0.0002);
    });
  }

  it("is computed under its other names, from the challenge as the site answers it", async () => {
    const { websiteURL } = taskOf(await createChallenge({ hmacKey, maxnumber: 10 }));
    for (const type of ["AltchaTask", "AltchaTaskProxyless", "AltchaCaptchaTask"]) {
      const challenge = await createChallenge({ hmacKey, maxnumber: 1_000 });
      const challengeJSON = type === "AltchaTask" ? challenge : JSON.stringify(challenge);
      const result = await resultOf({ type, websiteURL, challengeURL: "/challenge", challengeJSON });
      const { token } = result["solution"] as { token: string };
      assert.equal(await verifySolution(token, hmacKey), true, type);
    }
    const both = { ...taskOf(await createChallenge({ hmacKey, maxnumber: 10 })), challengeURL: "/challenge" };
    assert.equal((await resultOf(both))["status"], "ready");
  });

  it("is not charged when no number fits", async () => {
    const challenge = await createChallenge({ hmacKey, number: 900, maxnumber: 1000 });
    const before = await balance();
    const result = await resultOf(taskOf({ ...challenge, maxnumber: 100 }));
    assert.equal(result["errorCode"], "ERROR_CAPTCHA_UNSOLVABLE");
    assert.match(String(result["errorDescription"]), /No number from 0 to 100/);
    assert.equal(await balance(), before);
    assert.deepEqual((await audit(desk.database)).faults, []);
  });

  it("is refused for a site that is not authorised", async () => {
    const challenge = await createChallenge({ hmacKey, maxnumber: 10 });
    const task = { ...taskOf(challenge), websiteURL: "https://other.example/" };
    assert.equal((await call("createTask", { clientKey, task }))["errorCode"], "ERROR_DOMAIN_NOT_ALLOWED");
  });
});

describe("the official JavaScript client", () => {
  it("gets a dummy token, an Altcha token that verifies, and the typed refusals", async () => {
    const serviceUrl = await app.listen({ host: "127.0.0.1", port: 0 });
    const { CapMonsterCloudClientFactory, ClientOptions, ...requests } = capmonster;
    const client = CapMonsterCloudClientFactory.Create(new ClientOptions({ clientKey, serviceUrl }));
    const websiteURL = "https://shop.example/form";

    const { TurnstileRequest, AltchaRequest, RecaptchaV2Request } = requests;
    const { challenge, salt, signature } = await createChallenge({ hmacKey: "k", maxnumber: 5000 });
    const metadata = { challenge, salt, signature, iterations: "5000" };
    const [turnstile, altcha, nobody, elsewhere] = await Promise.all([
      client.Solve(new TurnstileRequest({ websiteURL, websiteKey: "1x00000000000000000000AA" })),
      client.Solve(new AltchaRequest({ websiteURL, metadata })),
      client.Solve(new RecaptchaV2Request({ websiteURL, websiteKey: "key" })),
      client.Solve(new RecaptchaV2Request({ websiteURL: "https://other.example/", websiteKey: "key" })),
    ]);
    assert.equal(turnstile.solution?.token, "XXXX.DUMMY.TOKEN.XXXX");
    const { data } = altcha.solution as unknown as { data: { token: string } };
    assert.equal(await verifySolution(data.token, "k"), true);
    assert.equal(nobody.error, "NO_SLOT_AVAILABLE");
    assert.equal(elsewhere.error, "DOMAIN_NOT_ALLOWED");
  });
});
