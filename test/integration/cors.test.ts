import assert from "node:assert/strict";
import { it } from "node:test";
import { createTestApp } from "../support/app.ts";

const { app } = await createTestApp();
const origin = "https://page.example";
const METHODS = ["/createTask", "/getTaskResult", "/getBalance", "/redeliverCallback"];

it("pages of any origin may send JSON to the API and read its answers", async () => {
  for (const url of [...METHODS, "/in.php", "/res.php"]) {
    const preflight = await app.inject({
      method: "OPTIONS",
      url,
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,idempotency-key",
      },
    });
    assert.equal(preflight.statusCode, 204, url);
    assert.equal(preflight.headers["access-control-allow-origin"], "*", url);
    assert.match(String(preflight.headers["access-control-allow-methods"]), /POST/, url);
    assert.equal(preflight.headers["access-control-allow-headers"], "*", url);
    const answer = await app.inject({ method: "POST", url, headers: { origin }, payload: "{}" });
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.headers["access-control-allow-origin"], "*", url);
    // Cookies are never asked for: with "*" browsers would send none anyway.
    assert.equal(answer.headers["access-control-allow-credentials"], undefined, url);
  }
});

it("nothing else is opened to foreign pages", async () => {
  for (const url of ["/docs", "/metrics", "/health/ready", "/console/", "/workspace/", "/no-such-path"]) {
    for (const method of ["GET", "POST", "OPTIONS"] as const) {
      const answer = await app.inject({ method, url, headers: { origin } });
      assert.equal(answer.headers["access-control-allow-origin"], undefined, `${method} ${url}`);
    }
  }
});
