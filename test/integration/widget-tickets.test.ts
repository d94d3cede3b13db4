import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { parseRanges } from "../../src/config/ranges.ts";
import { buildWidgetApp } from "../../src/http/widget-app.ts";
import { claim } from "../../src/tasks/claim.ts";
import { WidgetTickets } from "../../src/widgets/tickets.ts";
import { createTestDesk } from "../support/desk.ts";

const desk = await createTestDesk();
const account = await desk.addAccount("owner", 1_000_000);
const tickets = new WidgetTickets({ database: desk.database, origin: null, port: () => 8081 });
const app = buildWidgetApp({ tickets, logger: silentLogger });
after(() => app.close());

const WORKSPACE = "https://desk.example:8080";
const lane = "widget-tickets";

async function leased(type = "TurnstileTask", fields: Record<string, unknown> = { websiteKey: "a-key" }) {
  await desk.submitter.submit(account.task({ type, lane, fields, image: null, price: 1000 }));
  const [claimed] = await claim(desk.database, desk.images, {
    lane,
    limit: 1,
    leasedBy: "a worker",
    leaseMs: 60_000,
  });
  assert(claimed);
  return claimed;
}

async function issue(claimed: { readonly key: number; readonly lease: number }): Promise<string> {
  const issued = await tickets.issue({ taskKey: claimed.key, lease: claimed.lease, workspace: WORKSPACE });
  assert(issued);
  assert.equal(issued.origin, "https://desk.example:8081");
  const [, ticket] = /^https:\/\/desk\.example:8081\/frame\/([\w-]{43})$/.exec(issued.frame) ?? [];
  assert(ticket);
  return ticket;
}

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: "GET", url, headers });

describe("a ticket", () => {
  it("loads its task's frame, again in the same browser, and in no other", async () => {
    const ticket = await issue(await leased());
    const first = await get(`/frame/${ticket}`, { "user-agent": "one", "sec-fetch-dest": "iframe" });
    assert.equal(first.statusCode, 200);
    assert.match(first.body, /"vendor":"Turnstile"/);
    assert.equal((await get(`/frame/${ticket}`, { "user-agent": "one" })).statusCode, 200);
    const stranger = await get(`/frame/${ticket}`, { "user-agent": "two" });
    assert.equal(stranger.statusCode, 410);
    assert(!stranger.body.includes("a-key"));
    assert.match(stranger.body, /no longer yours/);
  });

  it("tells browsers behind a proxy of the operator's apart by their addresses", async () => {
    const options = { tickets, logger: silentLogger };
    const behindProxy = buildWidgetApp({ ...options, trustProxy: parseRanges("127.0.0.1") });
    const statuses = async (asked: typeof app) => {
      const url = `/frame/${await issue(await leased())}`;
      const seen: number[] = [];
      for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"]) {
        const headers = { "user-agent": "one", "x-forwarded-for": address };
        seen.push((await asked.inject({ method: "GET", url, headers })).statusCode);
      }
      return seen;
    };
    assert.deepEqual(await statuses(behindProxy), [200, 200, 410]);
    assert.deepEqual(await statuses(app), [200, 200, 200], "nobody else is believed");
    await behindProxy.close();
  });

  it("loads it a bounded number of times", async () => {
    const ticket = await issue(await leased());
    const statuses = [];
    for (let load = 0; load < 21; load += 1) statuses.push((await get(`/frame/${ticket}`)).statusCode);
    assert.deepEqual(statuses, [...Array.from({ length: 20 }, () => 200), 410]);
  });

  it("is worth nothing once the lease is another's, and is not given for a lease that is not held", async () => {
    const claimed = await leased();
    const ticket = await issue(claimed);
    assert.equal(
      await desk.settler.settle({ key: claimed.key, lease: claimed.lease, to: "queued" }),
      "settled",
    );
    assert.equal((await get(`/frame/${ticket}`)).statusCode, 410);
    const [again] = await claim(desk.database, desk.images, {
      lane,
      limit: 1,
      leasedBy: "another",
      leaseMs: 60_000,
    });
    assert(again?.key === claimed.key);
    assert.equal((await get(`/frame/${ticket}`)).statusCode, 410);
    assert.equal(
      await tickets.issue({ taskKey: claimed.key, lease: claimed.lease, workspace: WORKSPACE }),
      null,
    );
    assert.equal((await get(`/frame/${await issue(again)}`)).statusCode, 200);
  });

  it("is worth nothing once its time is over, and is then cleared away", async () => {
    const ticket = await issue(await leased());
    await desk.database.query("update widget_tickets set expires_at = now() where loads = 0");
    assert.equal((await get(`/frame/${ticket}`)).statusCode, 410);
    await issue(await leased());
    const [row] = await desk.database.query(
      "select count(*)::int as count from widget_tickets where expires_at <= now()",
    );
    assert.equal(row?.["count"], 0);
  });

  it("cannot be guessed, and is not kept as it is", async () => {
    const ticket = await issue(await leased());
    assert.equal((await get(`/frame/${ticket.slice(0, -1)}`)).statusCode, 410);
    const rows = await desk.database.query("select encode(hash, 'escape') as text from widget_tickets");
    assert(!JSON.stringify(rows).includes(ticket));
  });

  it("is given only to a page whose origin can stand in a policy", async () => {
    const { key, lease } = await leased();
    for (const workspace of [
      "null",
      "file://x",
      "https://a.example/path",
      "https://A.example",
      "https://a;b",
      "https://a.example *",
    ]) {
      await assert.rejects(tickets.issue({ taskKey: key, lease, workspace }), TypeError, workspace);
    }
  });
});

describe("a frame's page", () => {
  it("allows its vendor and nothing else, may be embedded by the workspace alone, and is not stored", async () => {
    const answer = await get(`/frame/${await issue(await leased())}`);
    const policy = new Map(
      String(answer.headers["content-security-policy"])
        .split("; ")
        .map((directive): [string, string] => {
          const at = directive.indexOf(" ");
          return [directive.slice(0, at), directive.slice(at + 1)];
        }),
    );
    assert.deepEqual(Object.fromEntries(policy), {
      "default-src": "'none'",
      "script-src": "'self' https://challenges.cloudflare.com",
      "style-src": "'self' 'unsafe-inline'",
      "frame-src": "https://challenges.cloudflare.com",
      "connect-src": "https://challenges.cloudflare.com",
      "img-src": "'none'",
      "font-src": "'none'",
      "worker-src": "'none'",
      "form-action": "'none'",
      "base-uri": "'none'",
      "frame-ancestors": WORKSPACE,
      sandbox: "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
    });
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["referrer-policy"], "origin");
    assert.equal(answer.headers["set-cookie"], undefined);
  });

  it("keeps a task's values inside its block of data", async () => {
    const websiteKey = `</script><script>alert(1)</script>`;
    const { body } = await get(`/frame/${await issue(await leased("TurnstileTask", { websiteKey }))}`);
    assert(!body.includes("<script>alert"));
    const [, data = ""] = /id="plan">(.*?)<\/script>/s.exec(body) ?? [];
    assert.equal(JSON.parse(data).render.options.sitekey, websiteKey);
  });

  it("is not shown outside a frame, nor for a task without a widget", async () => {
    const ticket = await issue(await leased());
    assert.equal((await get(`/frame/${ticket}`, { "sec-fetch-dest": "document" })).statusCode, 403);
    const none = await issue(await leased("FunCaptchaTask", { websitePublicKey: "key" }));
    assert.equal((await get(`/frame/${none}`)).statusCode, 410);
  });

  it("is all there is besides its two files", async () => {
    assert.equal((await get("/frame.js")).headers["content-type"], "text/javascript; charset=utf-8");
    assert.equal((await get("/frame.css")).headers["content-type"], "text/css; charset=utf-8");
    for (const path of ["/", "/frame/", "/workspace/", "/createTask", "/../package.json"]) {
      assert.equal((await get(path)).statusCode, path === "/frame/" ? 410 : 404, path);
    }
  });
});
