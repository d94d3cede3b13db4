import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, describe, it } from "node:test";
import capmonster from "@zennolab_com/capmonstercloud-client";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import { inviteWorker } from "../../src/people/workers.ts";
import { startServer, type RunningServer } from "../../src/server.ts";
import { addSite } from "../../src/sites/sites.ts";
import { launchBrowser } from "../support/browser.ts";
import { createTestDatabase } from "../support/database.ts";

/** The whole way: an unmodified client, the server, the built page, a worker at the keyboard, a stand-in for the vendor. */
const STAND_IN = await readFile(new URL("../support/stand-in-vendor.js", import.meta.url), "utf8");
let server: RunningServer | null = null;
// Before the database's own: it is dropped once nobody uses it.
after(() => server?.stop());
const { database, url } = await createTestDatabase();
const clientKey = "key-of-the-first-account";
server = await startServer(
  loadConfig({
    GLYPHDESK_DATABASE_URL: url,
    GLYPHDESK_PORT: "0",
    GLYPHDESK_ROLE: "api",
    GLYPHDESK_API_KEY: clientKey,
  }),
  silentLogger,
);
const { url: serviceUrl } = server;
await addSite(database, { pattern: "shop.example", consent: "the tests' own site" });
const token = await inviteWorker(database, { name: "Ann", role: "worker", kinds: ["widget"], languages: [] });

const browser = await launchBrowser();
const context = await browser.newContext();
await context.route(
  ({ hostname }) => hostname !== "127.0.0.1",
  (route) => route.fulfill({ contentType: "text/javascript", body: STAND_IN }),
);
const page = await context.newPage();
page.setDefaultTimeout(10_000);
const { CapMonsterCloudClientFactory, ClientOptions, TurnstileRequest, RecaptchaV3ProxylessRequest } =
  capmonster;
const client = CapMonsterCloudClientFactory.Create(new ClientOptions({ clientKey, serviceUrl }));
const websiteURL = "https://shop.example/login";

/** The frame of the vendor's widget that is on the screen. */
const widget = (vendor: string) => page.frameLocator(`iframe[title="${vendor} widget"]`);

async function held(): Promise<number | undefined> {
  const { accounts, faults } = await audit(database);
  assert.deepEqual(faults, []);
  return accounts[0]?.held;
}

describe("a worker with a widget", () => {
  it("opens the invitation and starts, at the keyboard", async () => {
    await page.goto(`${serviceUrl}/workspace/#invite=${token}`);
    await page.getByLabel("New password").fill("correct horse battery");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Start/ }).waitFor();
    // The answer, not only the request: a task that comes before it finds nobody there and is refused.
    const taking = page.waitForResponse((response) => response.url().endsWith("taking=1"));
    await page.keyboard.press("Enter");
    await taking;
    await page.getByText("Nothing waiting").waitFor();
  });

  it("gives the client the vendor's token, with the worker's User-Agent", async () => {
    const answer = client.Solve(new TurnstileRequest({ websiteURL, websiteKey: "good-key" }));
    await widget("Turnstile").getByRole("button").press("Enter");
    const { solution, error } = await answer;
    assert.equal(error, undefined);
    assert.deepEqual(solution, {
      token: "token-1",
      userAgent: await page.evaluate("navigator.userAgent"),
    });
    assert.equal(await held(), 0);
    const [task] = await database.query<{ left: number }>(
      "select extract(epoch from solution_expires_at - settled_at)::int as left from tasks where state = 'solved'",
    );
    assert.equal(task?.left, 295);
  });

  it("gets a score token by pressing the one button there is", async () => {
    const answer = client.Solve(
      new RecaptchaV3ProxylessRequest({ websiteURL, websiteKey: "good-key", pageAction: "buy" }),
    );
    await widget("reCAPTCHA v3").getByRole("button", { name: "Start reCAPTCHA v3" }).press("Enter");
    assert.equal((await answer).solution?.gRecaptchaResponse, "score-token-buy");
  });

  it("need do nothing when the vendor refuses the desk's host: the client hears which setting to change", async () => {
    const created = await call("createTask", {
      clientKey,
      task: { type: "TurnstileTask", websiteURL, websiteKey: "wrong-domain" },
    });
    await widget("Turnstile").getByRole("button").press("Enter");
    await page.getByText("Nothing waiting").waitFor();
    const result = await call("getTaskResult", { clientKey, taskId: created["taskId"] });
    assert.equal(result["errorCode"], "ERROR_RECAPTCHA_INVALID_DOMAIN");
    assert.match(
      String(result["errorDescription"]),
      /^Turnstile does not allow this site key on the desk's host \(110200\)\. The site's owner must add 127\.0\.0\.1 to Hostname Management/,
    );
    assert.equal(await held(), 0);
  });

  it("is not asked for widgets that cannot be shown", async () => {
    const refused = await call("createTask", {
      clientKey,
      task: { type: "GeeTestTask", websiteURL, gt: "key", challenge: "one-time" },
    });
    assert.equal(refused["errorCode"], "ERROR_TASK_NOT_SUPPORTED");
    assert.match(String(refused["errorDescription"]), /this desk cannot show them this widget/);
  });
});

async function call(method: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${serviceUrl}/${method}`, { method: "POST", body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}
