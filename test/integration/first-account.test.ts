import assert from "node:assert/strict";
import { it } from "node:test";
import { listAccounts } from "../../src/accounts/accounts.ts";
import { ensureFirstAccount } from "../../src/accounts/first-account.ts";
import { KeyRing, listKeys, revokeKey } from "../../src/accounts/keys.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createTestDatabase } from "../support/database.ts";

const { database } = await createTestDatabase();

it("makes one account with one key, however many servers start at once, and shows the key to one of them", async () => {
  const starts = Array.from({ length: 4 }, () =>
    ensureFirstAccount(database, { apiKey: null, balance: 5_000_000 }, silentLogger),
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

it("gives the configured key to the first account, once, and warns when it was revoked", async () => {
  const apiKey = "chosen-key-1";
  const warned: [object, string][] = [];
  const logger = { ...silentLogger, warn: (...line: [object, string]) => void warned.push(line) };
  const start = () => ensureFirstAccount(database, { apiKey, balance: 0 }, logger);
  assert.deepEqual([await start(), await start()], [null, null]);
  assert.equal((await listKeys(database)).length, 2);
  assert.deepEqual(warned, []);
  await revokeKey(database, apiKey);
  assert.equal(await start(), null);
  assert.equal(await new KeyRing(database).find(apiKey), null);
  assert.equal(warned.length, 1);
  assert.deepEqual(warned[0]?.[0], { key: "chosen…" });
  assert.match(warned[0][1], /GLYPHDESK_API_KEY was revoked, .* refused: set another one/);
});
