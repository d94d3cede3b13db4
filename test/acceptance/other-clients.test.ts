import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import * as older from "2captcha";
import * as unofficial from "2captcha-ts";
import * as official from "@2captcha/captcha-solver";
import antiCaptcha from "@antiadmin/anticaptchaofficial";
import { AntiCaptcha, type AntiCaptchaError } from "anticaptcha";
import { Solver } from "capsolver-npm";
import { detourHttps } from "../support/detour.ts";
import { goldenBase64, goldenPictures } from "../support/golden.ts";
import { startGlyphdesk } from "../support/process.ts";

/** Unmodified clients of sister services, whose hosts are fixed in their code, against the built server. */
const KEY = "0123456789abcdef0123456789abcdef";
const UNKNOWN_KEY = "f".repeat(32);
const UNKNOWN_TASK = 2_000_000_000;
const TURNSTILE_KEY = "1x00000000000000000000AA";
const TURNSTILE_TOKEN = "XXXX.DUMMY.TOKEN.XXXX";
const PAGE = "https://page.example/login";

const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-clients-"));
const server = await startGlyphdesk({
  GLYPHDESK_DATA_DIR: dataDir,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_BALANCE: "1",
});
after(async () => {
  assert.equal(await server.stop(), 0);
  await rm(dataDir, { recursive: true, force: true });
});
detourHttps(server.url);

const picture = (await goldenPictures()).find(({ file }) => file.startsWith("captchapng")) ?? assert.fail();
const body = await goldenBase64(picture);
const noPicture = Buffer.from("this is no picture".repeat(20)).toString("base64");

describe("@antiadmin/anticaptchaofficial", () => {
  antiCaptcha.shutUp();
  Object.assign(antiCaptcha.settings, { firstAttemptWaitingInterval: 0.1, normalWaitingInterval: 0.1 });

  it("gets a picture read, within the bounds it names, and pays for it", async () => {
    antiCaptcha.setAPIKey(KEY);
    Object.assign(antiCaptcha.settings, { numeric: 1, minLength: 4, maxLength: 6 });
    const before = await antiCaptcha.getBalance();
    assert.equal(await antiCaptcha.solveImage(body), picture.answer);
    assert.equal(Math.round((before - (await antiCaptcha.getBalance())) * 1e6), 30);
  });

  it("reports an answer, once", async () => {
    assert.equal(await antiCaptcha.reportIncorrectImageCaptcha(), true);
    await assert.rejects(
      antiCaptcha.reportIncorrectImageCaptcha(),
      (thrown) => thrown === "ERROR_NO_SUCH_CAPCHA_ID",
    );
  });

  it("gets the token of a public test key", async () => {
    assert.equal(await antiCaptcha.solveTurnstileProxyless(PAGE, TURNSTILE_KEY), TURNSTILE_TOKEN);
  });

  it("is told of an unknown task, an unauthorised site and a wrong key", async () => {
    const fails = (call: Promise<unknown>, code: string) =>
      assert.rejects(call, (thrown) => thrown === code, code);
    await fails(antiCaptcha.waitForResult(UNKNOWN_TASK), "ERROR_NO_SUCH_CAPCHA_ID");
    await fails(antiCaptcha.solveRecaptchaV2Proxyless(PAGE, "key"), "ERROR_DOMAIN_NOT_ALLOWED");
    await fails(antiCaptcha.solveImage(noPicture), "ERROR_INVALID_TASK");
    antiCaptcha.setAPIKey(UNKNOWN_KEY);
    await fails(antiCaptcha.getBalance(), "ERROR_KEY_DOES_NOT_EXIST");
  });
});

describe("anticaptcha", () => {
  const client = new AntiCaptcha(KEY);
  const image = (text: string) => ({ type: "ImageToTextTask", body: text }) as never;
  const code = (expected: string) => (error: AntiCaptchaError) => (error.code as string) === expected;

  it("gets a picture read", async () => {
    assert(await client.isBalanceGreaterThan(0.5));
    const taskId = await client.createTask(image(body));
    const { solution } = await client.getTaskResult<{ text: string }>(taskId, 50, 100);
    assert.equal(solution.text, picture.answer);
  });

  it("is told of an unknown task, of what is no picture, and of a wrong key", async () => {
    await assert.rejects(client.getTaskResult(UNKNOWN_TASK, 1, 10), code("ERROR_NO_SUCH_CAPCHA_ID"));
    await assert.rejects(client.createTask(image(noPicture)), code("ERROR_INVALID_TASK"));
    await assert.rejects(new AntiCaptcha(UNKNOWN_KEY).getBalance(), code("ERROR_KEY_DOES_NOT_EXIST"));
  });
});

describe("capsolver-npm", () => {
  const solver = new Solver({ apiKey: KEY, pollDelay: 100 });
  const image = (text: string) => ({
    task: { type: "ImageToTextTask" as const, body: text },
    mustPoll: true,
  });

  it("gets a picture read", async () => {
    assert((await solver.balance()) > 0.5);
    const { text } = (await solver.task(image(body))) as { text: string };
    assert.equal(text, picture.answer);
  });

  it("gets a picture read in the answer to createTask, which is all that it waits for", async () => {
    const { text } = (await solver.image2text({ body })) as { text: string };
    assert.equal(text, picture.answer);
  });

  it("is told of what is no picture, an unauthorised site and a wrong key", async () => {
    await assert.rejects(solver.task(image(noPicture)), { errorCode: "ERROR_INVALID_TASK" });
    await assert.rejects(solver.recaptchav2proxyless({ websiteURL: PAGE, websiteKey: "key" }), {
      errorCode: "ERROR_DOMAIN_NOT_ALLOWED",
    });
    await assert.rejects(new Solver({ apiKey: UNKNOWN_KEY }).balance(), {
      errorCode: "ERROR_KEY_DOES_NOT_EXIST",
    });
  });
});

for (const [name, { Solver: TwoCaptcha }] of [
  ["2captcha-ts", unofficial],
  ["@2captcha/captcha-solver", official],
] as const) {
  describe(name, () => {
    const solver = new TwoCaptcha(KEY, 100);

    it("gets a picture read, within the bounds it names, and pays for it", async () => {
      const before = await solver.balance();
      const { data } = await solver.imageCaptcha({ body, numeric: 1, min_len: 4, max_len: 6 });
      assert.equal(data, picture.answer);
      assert.equal(Math.round((before - (await solver.balance())) * 1e6), 30);
    });

    it("reports answers, right and wrong ones", async () => {
      const [right, wrong] = [await solver.imageCaptcha({ body }), await solver.imageCaptcha({ body })];
      assert.equal(await solver.goodReport(right.id), "OK_REPORT_RECORDED");
      assert.equal(await solver.badReport(wrong.id), "OK_REPORT_RECORDED");
      assert.equal(await solver.badReport(wrong.id), "ERROR_DUPLICATE_REPORT");
      await assert.rejects(solver.goodReport(String(UNKNOWN_TASK)), { err: "ERROR_WRONG_CAPTCHA_ID" });
    });

    it("gets the token of a public test key", async () => {
      const { data } = await solver.cloudflareTurnstile({ pageurl: PAGE, sitekey: TURNSTILE_KEY });
      assert.equal(data, TURNSTILE_TOKEN);
    });

    it("is told of what is no picture, an unauthorised site and a wrong key", async () => {
      const err = (word: string) => ({ err: word });
      await assert.rejects(solver.imageCaptcha({ body: noPicture }), err("ERROR_IMAGE_TYPE_NOT_SUPPORTED"));
      await assert.rejects(
        solver.recaptcha({ pageurl: PAGE, googlekey: "key" }),
        err("ERROR_DOMAIN_NOT_ALLOWED"),
      );
      await assert.rejects(
        new TwoCaptcha(UNKNOWN_KEY, 100).imageCaptcha({ body }),
        err("ERROR_KEY_DOES_NOT_EXIST"),
      );
    });
  });
}

describe("2captcha", () => {
  const solver = new older.Solver(KEY, 100);

  it("gets a picture read: the key in the query, the picture in JSON that is called text", async () => {
    assert((await solver.balance()) > 0.5);
    assert.equal((await solver.imageCaptcha(body, { numeric: 1 })).data, picture.answer);
  });

  it("reports an answer; an unknown task cannot be reported", async () => {
    await solver.report((await solver.imageCaptcha(body)).id);
    await assert.rejects(solver.report(String(UNKNOWN_TASK)), { err: "ERROR_WRONG_CAPTCHA_ID" });
  });

  it("gets the token of a public test key", async () => {
    assert.equal((await solver.turnstile(TURNSTILE_KEY, PAGE)).data, TURNSTILE_TOKEN);
  });

  it("is told of what is no picture, an unauthorised site and a wrong key", async () => {
    const err = (word: string) => ({ err: word });
    await assert.rejects(solver.imageCaptcha(noPicture), err("ERROR_IMAGE_TYPE_NOT_SUPPORTED"));
    await assert.rejects(solver.recaptcha("key", PAGE), err("ERROR_DOMAIN_NOT_ALLOWED"));
    await assert.rejects(
      new older.Solver(UNKNOWN_KEY, 100).imageCaptcha(body),
      err("ERROR_KEY_DOES_NOT_EXIST"),
    );
  });
});
