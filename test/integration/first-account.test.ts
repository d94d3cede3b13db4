import assert from "node:assert/strict";
import { it } from "node:test";
import { listAccounts } from "../../src/accounts/accounts.ts";
import { ensureFirstAccount } from "../../src/accounts/first-account.ts";
import { KeyRing, listKeys } from "../../src/accounts/keys.ts";
import { createTestDatabase } from "../support/database.ts";

const { database } = await createTestDatabase();

it("makes one account with one key, however many servers start at once, and shows the key to one of them", async () => {
  const starts = Array.from({ length: 4 }, () =>
    ensureFirstAccount(database, { apiKey: null, balance: 5_000_000 }),
  );
  const shown = (await Promise.all(starts)).filter((key) => key !== null);
  assert.equal(shown.length, 1);
  assert.deepEqual(
    (await listAccounts(database)).map(({ name, balance, held }) => ({ name, balance, held })),
    [{ name: "default", balance: 5_000_000, held: 0 }],
  );
  assert.equal((await listKeys(database)).length, 1);
  assert(await new KeyRing(database).find(shown[0] ?? ""));
});

it("gives the configured key to the first account, once", async () => {
  for (let start = 0; start < 2; start += 1) {
    assert.equal(await ensureFirstAccount(database, { apiKey: "chosen-key-1", balance: 0 }), null);
  }
  assert.equal((await listKeys(database)).length, 2);
});
