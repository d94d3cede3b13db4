import assert from "node:assert/strict";
import { it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { listKeys } from "../../src/accounts/keys.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createTestDatabase } from "../support/database.ts";

const { database, url } = await createTestDatabase();
const run = startCommands({ GLYPHDESK_DATABASE_URL: url });
const answer = (...words: readonly string[]) => answerOf(run(...words, "--json"));

it("an account that is full says so, and keeps what it has", async () => {
  await answer("account", "create", "rich", "--balance", "999999999");
  for (let times = 0; times < 8; times += 1) await answer("account", "top-up", "rich", "999999999");
  const { code, stderr } = await run("account", "top-up", "rich", "999999999");
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'glyphdesk: An account holds at most 9 billion dollars, and "rich" has 8999999991.00 already. Add less.\n',
  );
  assert.partialDeepStrictEqual(await answer("account", "top-up", "rich", "9"), { balance: 9_000_000_000 });
  assert.deepEqual((await audit(database)).faults, []);
});

it("a key is not made to have expired already", async () => {
  for (const words of [
    ["create", "rich"],
    ["limit", "id:1"],
  ]) {
    const { code, stdout, stderr } = await run("key", ...words, "--expires", "2020-01-01");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^glyphdesk: --expires 2020-01-01: that is over, it is 20.+Z now; expected a time to come\n$/,
    );
  }
  assert.deepEqual(await listKeys(database), []);
});

it("the audit counts in dollars, as all commands do", async () => {
  await answer("account", "create", "audited", "--balance", "999.997");
  const { ok, accounts } = (await answer("audit")) as { ok: boolean; accounts: { account: string }[] };
  assert.equal(ok, true);
  assert.deepEqual(
    accounts.find(({ account }) => account === "audited"),
    { account: "audited", balance: 999.997, balanceFromEntries: 999.997, held: 0, heldFromEntries: 0 },
  );
  // Only the test does so: no command changes a balance without an entry.
  await database.query("update accounts set balance = balance + 30 where name = 'audited'");
  const { code, stdout } = await run("audit");
  assert.equal(code, 1);
  assert.match(stdout, /^account audited: balance 999\.99703, but its entries add up to 999\.997$/m);
});
