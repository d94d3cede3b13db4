import assert from "node:assert/strict";
import { it } from "node:test";
import { createTestApp, parseAnswer } from "../support/app.ts";
import { startWorkspace } from "../support/workspace.ts";

const { app, desk } = await createTestApp();
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

it("pages may read what is said of a wrong path or verb, and the User-Agent", async () => {
  for (const method of ["GET", "POST", "PUT", "DELETE"] as const) {
    for (const url of ["/no-such-path", ...(method === "POST" ? [] : METHODS)]) {
      const answer = await app.inject({ method, url, headers: { origin } });
      assert.equal(answer.headers["access-control-allow-origin"], "*", `${method} ${url}`);
      assert.equal(parseAnswer(answer)["errorCode"], "ERROR_NO_SUCH_METHOD", `${method} ${url}`);
    }
  }
  for (const url of ["/createTask", "/createtask/"]) {
    assert.equal(parseAnswer(await app.inject({ method: "GET", url }))["taskId"], 0, url);
  }
  const agent = await app.inject({ url: "/api/useragent/actual", headers: { origin } });
  assert.equal(agent.headers["access-control-allow-origin"], "*");
});

it("nothing else is opened to foreign pages", async () => {
  for (const url of ["/docs", "/metrics", "/health/ready"]) {
    const answer = await app.inject({ url, headers: { origin } });
    assert.equal(answer.headers["access-control-allow-origin"], undefined, url);
  }
  const { url: pages } = await startWorkspace(desk.people);
  for (const path of ["/console/", "/workspace/", "/workspace/api/items", "/console/api/workers"]) {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const answer = await fetch(pages + path, { method, headers: { origin } });
      assert.equal(answer.headers.get("access-control-allow-origin"), null, `${method} ${path}`);
    }
  }
});
