import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import Cap from "@cap.js/server";
import { createChallenge, verifySolution } from "altcha-lib/v1";
import { tokenOf } from "../../src/widgets/fields.ts";
import { widgetSolution } from "../../src/widgets/solution.ts";
import type { Vendor } from "../../src/widgets/vendor.ts";
import { VENDORS } from "../../src/widgets/vendors.ts";
import { createWidgetStage } from "../support/widget-stage.ts";

/**
 * Real widgets of real vendors, as npm has them, each with its own server side. Altcha and Cap are no rows of the
 * built-in table (the one is computed here, the other no task type), so they also show that a row is all it takes.
 */
const fileOf = (path: string) => readFile(new URL(`../../node_modules/${path}`, import.meta.url), "utf8");

const common = { errors: {}, lifetimeMs: 60_000, solution: tokenOf, domains: "its domains", keys: "its key" };
const ALTCHA: Vendor = {
  ...common,
  vendor: "Altcha",
  serves: (title) => title === "Altcha",
  script: () => "https://altcha.example/altcha.min.js",
  module: true,
  render: () => ({
    style: "element",
    tag: "altcha-widget",
    attributes: { challenge: "https://altcha.example/challenge" },
    events: { verified: "token" },
    token: "detail.payload",
    error: "detail",
  }),
  sources: () => ({
    script: ["https://altcha.example"],
    connect: ["https://altcha.example"],
    style: ["'unsafe-inline'"],
    worker: ["blob:", "data:"],
  }),
};
const CAP: Vendor = {
  ...common,
  vendor: "Cap",
  serves: (title) => title === "Cap",
  script: () => "https://cap.example/cap.min.js",
  render: () => ({
    style: "element",
    tag: "cap-widget",
    attributes: { "data-cap-api-endpoint": "https://cap.example/api/" },
    events: { solve: "token", error: "error" },
    token: "detail.token",
    error: "detail.code",
  }),
  sources: () => ({
    script: ["https://cap.example"],
    connect: ["https://cap.example"],
    style: ["'unsafe-inline'"],
    worker: ["blob:"],
  }),
};

const stage = await createWidgetStage([...VENDORS, ALTCHA, CAP]);
const OPEN = { "access-control-allow-origin": "*" };
const json = (value: unknown) => ({
  contentType: "application/json",
  body: JSON.stringify(value),
  headers: OPEN,
});
const script = async (path: string) => ({
  contentType: "text/javascript",
  body: await fileOf(path),
  headers: OPEN,
});

describe("a third party's own widget", () => {
  it("Altcha gives a token that its own library verifies", async () => {
    const hmacKey = "the vendor's secret";
    const worker = await stage.newWorker(async ({ pathname }) =>
      pathname === "/challenge"
        ? json(await createChallenge({ hmacKey, maxnumber: 5_000 }))
        : script("altcha/dist/main/altcha.min.js"),
    );
    const shown = await worker.show("Altcha", {});
    await shown.heard("ready");
    await shown.frame().getByRole("checkbox").press("Space");
    const { token, extra } = await shown.heard("token");
    const outcome = widgetSolution("Altcha", {}, { token, extra }, "127.0.0.1", [ALTCHA]);
    assert(outcome.kind === "solution");
    assert.equal(await verifySolution(String(outcome.solution["token"]), hmacKey), true);
  });

  it("Cap gives a token that its own server accepts", async () => {
    const server = new Cap({ noFSState: true });
    const worker = await stage.newWorker(async ({ pathname }, body) => {
      if (pathname === "/api/challenge") {
        return json(await server.createChallenge({ challengeCount: 4, challengeDifficulty: 3 }));
      }
      if (pathname === "/api/redeem") return json(await server.redeemChallenge(JSON.parse(body ?? "{}")));
      return script("@cap.js/widget/cap.min.js");
    });
    const shown = await worker.show("Cap", {});
    await shown.heard("ready");
    await shown.frame().getByRole("button").press("Enter");
    const { token } = await shown.heard("token");
    assert.deepEqual(await server.validateToken(String(token)), { success: true });
    assert.deepEqual(await server.validateToken("another"), { success: false });
  });

  it("Friendly Captcha finds out that this browser has no person before it, and is believed", async () => {
    const asked: string[] = [];
    const worker = await stage.newWorker(({ href }) => {
      asked.push(href);
      return script("friendly-challenge/widget.module.min.js");
    });
    const fields = {
      websiteURL: "https://shop.example/",
      websiteKey: "FCMSITEKEY",
      metadata: { apiGetLib: "https://shop.example/widget.module.min.js" },
    };
    const shown = await worker.show("CustomTask friendly", fields);
    await shown.heard("ready");
    await shown.frame().getByRole("button").press("Enter");
    await shown.frame().getByText("Browser check failed").waitFor();
    assert.deepEqual(asked, [VENDORS.find(({ vendor }) => vendor === "Friendly Captcha v1")?.script(fields)]);
    assert(shown.messages().every(({ event }) => event === "ready" || event === "size"));
  });
});
