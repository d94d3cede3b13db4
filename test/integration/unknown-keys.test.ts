import assert from "node:assert/strict";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KeyRing } from "../../src/accounts/keys.ts";
import { splitClientKey } from "../../src/protocol/client-key.ts";
import { createTestDesk } from "../support/desk.ts";

const { database } = await createTestDesk();
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

it("unknown keys are remembered without the long texts that they came in", async () => {
  const ring = new KeyRing(database);
  const ask = async (n: number): Promise<void> => {
    const { key } = splitClientKey(`${String(n).padStart(32, "0")}__${"a".repeat(500_000)}${n}`);
    assert.equal(await ring.find(key), null);
  };
  await ask(0);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 1; n <= 100; n++) await ask(n);
  // The newest: they are believed for a second, and a hundred may take longer.
  assert.equal(ring.remembered(String(100).padStart(32, "0")), null);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 10_000_000, `${grown} bytes more for 100 keys`); // 50 MB if the texts stay
});
