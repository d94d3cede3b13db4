import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { Deliverer } from "../../src/callbacks/deliverer.ts";
import { AddressGuard } from "../../src/outbound/address-guard.ts";
import { createTestDatabase } from "../support/database.ts";

const { database, connection } = await createTestDatabase();
const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

it("a deliverer that has stopped leaves no timer that would hold the process up", async () => {
  const before = timers();
  const deliverer = new Deliverer({
    connection,
    // The housekeeping's pool would keep idle connections, with timers of their own.
    database: { ...database, query: () => Promise.resolve([]) },
    guard: new AddressGuard(new BlockList()),
    logger: silentLogger,
    alone: true,
    render: () => ({ type: "application/json", body: "{}" }),
  });
  await deliverer.stop();
  assert.equal(timers(), before);
});
