import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Batcher } from "./batch.ts";

const blame = (code: string) => Object.assign(new Error(code), { code });

describe("Batcher", () => {
  it("sends what arrives in one turn together, and what arrives meanwhile in the next flush", async () => {
    const flushes: number[][] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const batcher = new Batcher<number, number>(
      async (items) => {
        flushes.push([...items]);
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        return items.map((item) => item * 10);
      },
      { maxItems: 3 },
    );
    const first = [1, 2].map((item) => batcher.submit(item));
    await new Promise(setImmediate);
    const second = [3, 4, 5, 6].map((item) => batcher.submit(item));
    assert.deepEqual(flushes, [[1, 2]]);
    gates[0]?.resolve();
    assert.deepEqual(await Promise.all(first), [10, 20]);
    await new Promise(setImmediate);
    assert.deepEqual(flushes, [
      [1, 2],
      [3, 4, 5],
    ]);
    assert.equal(batcher.waiting, 1);
    gates[1]?.resolve();
    await Promise.all(second.slice(0, 3));
    await new Promise(setImmediate);
    gates[2]?.resolve();
    assert.deepEqual(await Promise.all(second), [30, 40, 50, 60]);
  });

  it("bounds a flush by its bytes too, and counts those that wait", async () => {
    const flushes: number[][] = [];
    const batcher = new Batcher<number, number>(
      async (items) => {
        flushes.push([...items]);
        return items;
      },
      { maxItems: 3, bytes: { of: (item) => item, max: 10 } },
    );
    const all = [12, 4, 5, 2, 1, 1, 1, 1].map((item) => batcher.submit(item));
    assert.equal(batcher.waitingBytes, 27);
    await Promise.all(all);
    assert.deepEqual(flushes, [[12], [4, 5], [2, 1, 1], [1, 1]]);
    assert.equal(batcher.waitingBytes, 0);
  });

  it("never lets a bad item fail its neighbours", async () => {
    const batcher = new Batcher<number, number>(
      async (items) => {
        if (items.includes(13)) throw blame("22003");
        return items;
      },
      { maxItems: 100 },
    );
    const results = await Promise.allSettled([11, 12, 13, 14, 15].map((item) => batcher.submit(item)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"],
    );
  });

  it("tries again after a deadlock, and not when the database is gone", async () => {
    let attempts = 0;
    const deadlocked = new Batcher<number, number>(
      async (items) => {
        attempts += 1;
        if (attempts < 3) throw blame("40P01");
        return items;
      },
      { maxItems: 10 },
    );
    assert.equal(await deadlocked.submit(1), 1);
    assert.equal(attempts, 3);

    let flushes = 0;
    const gone = new Batcher<number, number>(
      async () => {
        flushes += 1;
        throw blame("ECONNREFUSED");
      },
      { maxItems: 10 },
    );
    await Promise.all([1, 2, 3].map((item) => assert.rejects(gone.submit(item), /ECONNREFUSED/)));
    assert.equal(flushes, 1);
  });
});
