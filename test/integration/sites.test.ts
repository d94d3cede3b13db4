import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { addSite, listSites, removeSite, SiteList, SITES_CHANNEL } from "../../src/sites/sites.ts";
import { createTestDatabase } from "../support/database.ts";
import { startCommands } from "../support/command.ts";

const { database, url } = await createTestDatabase();
const runCommand = startCommands({ GLYPHDESK_DATABASE_URL: url });
const consent = "agreed by the owner in a test";

/** Notifications come in the order of their commits: once this one is here, the earlier ones are. */
async function notified(): Promise<void> {
  const told = Promise.withResolvers<void>();
  const channel = `told_${Date.now()}`;
  database.listen(channel, (payload) => payload === "now" && told.resolve());
  const ping = setInterval(() => void database.query(`select pg_notify('${channel}', 'now')`), 20);
  await told.promise;
  clearInterval(ping);
}

describe("the list of authorised sites", () => {
  it("is empty by default", async () => {
    assert.deepEqual(await listSites(database), []);
  });

  it("matches hosts, prefers the exact one, and forgets those that expired or were removed", async () => {
    const list = new SiteList(database);
    assert.equal(await list.find("shop.example.com"), null);
    await addSite(database, { pattern: "*.example.com", consent });
    await addSite(database, { pattern: "Shop.example.com", consent, siteKeys: ["key"] });
    await addSite(database, { pattern: "old.example.org", consent, expiresAt: new Date(Date.now() - 1000) });
    await notified();
    assert.deepEqual((await list.find("shop.example.com"))?.siteKeys, ["key"]);
    assert.equal((await list.find("other.example.com"))?.pattern, "*.example.com");
    assert.equal(await list.find("example.com"), null);
    assert.equal(await list.find("old.example.org"), null);
    assert.equal(await removeSite(database, "*.example.com"), "*.example.com");
    await notified();
    assert.equal(await list.find("other.example.com"), null);
  });

  it("refuses what cannot be right, with a sentence", async () => {
    await assert.rejects(addSite(database, { pattern: "shop.example.com", consent }), /listed already/);
    await assert.rejects(addSite(database, { pattern: "a.example.com", consent: "  " }), OperatorError);
    await assert.rejects(removeSite(database, "nowhere.example.com"), /not listed/);
  });

  it("tells the other processes", async () => {
    const told = Promise.withResolvers<void>();
    database.listen(SITES_CHANNEL, () => told.resolve());
    await addSite(database, { pattern: "told.example.com", consent });
    await told.promise;
  });
});

describe("glyphdesk site", () => {
  it("adds, lists and removes", async () => {
    const added = await runCommand(
      "site",
      "add",
      "cli.example.com",
      "--consent",
      consent,
      "--site-key",
      "a",
      "--site-key",
      "b",
      "--expires",
      "2999-01-31",
      "--json",
    );
    assert.equal(added.code, 0, added.stderr);
    assert.deepEqual(JSON.parse(added.stdout).siteKeys, ["a", "b"]);
    const listed = await runCommand("site", "list");
    assert.match(listed.stdout, /cli\.example\.com +a b +2999-01-31T23:59Z +agreed/);
    assert.equal((await runCommand("site", "add", "x.example.com")).code, 1);
    for (const [when, sentence] of [
      ["soon", /--expires soon: expected a day such as 2027-01-31/],
      ["5", /--expires 5: expected a day/],
      ["2020-01-01", /--expires 2020-01-01: that is over/],
    ] as const) {
      const words = ["x.example.com", "--consent", "yes", "--expires", when];
      const { code, stderr } = await runCommand("site", "add", ...words);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
    }
    assert.equal((await runCommand("site", "remove", "cli.example.com")).code, 0);
    assert.equal((await runCommand("site", "remove", "cli.example.com")).code, 1);
  });
});
