import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { it } from "node:test";
import { listAccounts } from "../../src/accounts/accounts.ts";
import { ensureFirstAccount } from "../../src/accounts/first-account.ts";
import { KeyRing, listKeys, revokeKey } from "../../src/accounts/keys.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import { startServer } from "../../src/server.ts";
import { createTestDatabase } from "../support/database.ts";

const { database } = await createTestDatabase();
const untouched = await createTestDatabase();

it("is not made by a start whose port is taken: the next one shows its key", async () => {
  const start = (port: string) =>
    startServer(
      loadConfig({
        GLYPHDESK_DATABASE_URL: untouched.url,
        GLYPHDESK_SOLVERS: "./bench/no-op-solver.js",
        GLYPHDESK_PORT: port,
        GLYPHDESK_WIDGET_PORT: "0",
      }),
      silentLogger,
    );
  const neighbour = createServer().listen(0, "127.0.0.1");
  await once(neighbour, "listening");
  const { port } = neighbour.address() as AddressInfo;
  await assert.rejects(start(String(port)), /Cannot listen/);
  neighbour.close();
  assert.deepEqual(await listAccounts(untouched.database), []);
  const server = await start("0");
  await server.stop();
  assert(await new KeyRing(untouched.database).find(server.firstKey ?? ""));
});

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
