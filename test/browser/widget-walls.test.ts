import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { createWidgetStage, type Shown } from "../support/widget-stage.ts";

const STAND_IN = await readFile(new URL("../support/stand-in-vendor.js", import.meta.url), "utf8");
const OPEN = { "access-control-allow-origin": "*" };
const stage = await createWidgetStage();

/** Any host on the network answers, also one that is no vendor's: what is refused is refused by the browser. */
const everywhere = ({ hostname, pathname }: URL) => {
  if (pathname.endsWith("/api.js")) return { contentType: "text/javascript", body: STAND_IN };
  if (pathname.endsWith(".js")) {
    return { contentType: "text/javascript", body: `window.loaded = "${hostname}";`, headers: OPEN };
  }
  return { contentType: "text/html", body: `<p>${hostname}</p>`, headers: OPEN };
};
const worker = await stage.newWorker(everywhere);
const TASK = ["RecaptchaV2Task", { websiteURL: "https://shop.example/", websiteKey: "good-key" }] as const;

async function shown(): Promise<Shown> {
  const widget = await worker.show(...TASK);
  await widget.heard("ready");
  return widget;
}

/** Runs a piece of script in the frame, as a vendor's script could; answers the directive that stopped it, or null. */
function tried(widget: Shown, script: string): Promise<string | null> {
  return widget.frame().evaluate(`new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
    ${script}
  })`);
}
const addScript = (source: string) => `
  const script = document.createElement("script");
  script.addEventListener("load", () => done(null));
  script.src = "${source}";
  document.head.append(script);`;
// The page in place of a refused frame loads too: whether a frame is let in shows in what it holds.
const addFrame = (source: string) => `
  const frame = document.createElement("iframe");
  frame.src = "${source}";
  document.body.append(frame);`;

describe("a widget's frame", () => {
  it("lets its vendor in, with scripts, frames and requests", async () => {
    const widget = await shown();
    assert.equal(
      await tried(widget, addScript("https://www.gstatic.com/recaptcha/releases/x/recaptcha.js")),
      null,
    );
    assert.equal(await widget.frame().evaluate("loaded"), "www.gstatic.com");
    await widget.frame().evaluate(addFrame("https://www.google.com/recaptcha/api2/anchor"));
    await widget.frame().locator("iframe").contentFrame().getByText("www.google.com").waitFor();
    assert.equal(
      await tried(widget, `fetch("https://www.google.com/recaptcha/api2/x").then(() => done(null));`),
      null,
    );
    const colour = "getComputedStyle(document.querySelector('.stand-in')).backgroundColor";
    assert.equal(await widget.frame().evaluate(colour), "rgb(1, 2, 3)");
  });

  it("keeps everybody else out, and scripts of the page's own making", async () => {
    const widget = await shown();
    const gates = {
      [addScript("https://evil.example/x.js")]: "script-src-elem",
      [addScript("https://challenges.cloudflare.com/turnstile/v0/x.js")]: "script-src-elem",
      [addScript("https://www.google.com/complete/x.js")]: "script-src-elem",
      [`const script = document.createElement("script");
        script.textContent = "window.inline = true"; document.head.append(script);`]: "script-src-elem",
      [`document.body.setAttribute("onclick", "window.inline = true"); document.body.click();`]:
        "script-src-attr",
      [addFrame("https://evil.example/")]: "frame-src",
      [`fetch("https://evil.example/").then(() => done(null), () => {});`]: "connect-src",
      [`fetch("/frame.js").then(() => done(null), () => {});`]: "connect-src",
      [`new Image().src = "https://evil.example/x.png";`]: "img-src",
      [`const form = document.createElement("form"); form.action = "https://evil.example/";
        document.body.append(form); form.submit();`]: "form-action",
    };
    for (const [script, directive] of Object.entries(gates)) {
      assert.equal(await tried(widget, script), directive, script);
    }
    assert.deepEqual(await widget.frame().evaluate("[window.inline, window.loaded]"), [undefined, undefined]);
  });

  it("cannot reach the page around it, nor lead it away", async () => {
    const widget = await shown();
    for (const script of [
      "parent.document.title",
      "parent.location.href",
      `top.location = "https://evil.example/"`,
    ]) {
      await assert.rejects(widget.frame().evaluate(script), /SecurityError/, script);
    }
    assert.equal(worker.page.url(), `${stage.own}/`);
  });

  it("cannot be embedded by another origin", async () => {
    const { frame } = await stage.issue(...TASK);
    const attacker = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end(`<!doctype html><iframe src="${frame}"></iframe>`);
    });
    await new Promise<void>((done) => attacker.listen(0, "127.0.0.1", done));
    after(() => attacker.close());
    const page = await worker.page.context().newPage();
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}`);
    await refused;
    assert.equal(
      page.frames().find((inner) => inner.url() === frame),
      undefined,
    );
    await page.close();
  });

  it("opens for no other browser, and for nobody once the lease is lost", async () => {
    const widget = await shown();
    const stranger = await stage.browser.newContext({ userAgent: "another worker's browser" });
    const page = await stranger.newPage();
    await page.goto(stage.own);
    await page.evaluate(`open_(${JSON.stringify(widget.address)})`);
    await page.frameLocator("iframe").getByText("no longer yours to solve").waitFor();
    await stranger.close();

    await stage.desk.database.query("update tasks set state = 'queued', lease = null, leased_until = null");
    await worker.page.evaluate(`open_(${JSON.stringify(widget.address)})`);
    await worker.page.frameLocator("iframe").getByText("no longer yours to solve").waitFor();
  });
});
