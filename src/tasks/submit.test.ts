import assert from "node:assert/strict";
import { it } from "node:test";
import { assertRoom, SUBMIT_BATCH } from "./submit.ts";

it("has room for so many tasks, and for so many bytes of them", () => {
  const full = { code: "ERROR_NO_SLOT_AVAILABLE" };
  assertRoom({ waiting: 1_999, waitingBytes: 128 * 1024 * 1024 - 1 });
  assert.throws(() => assertRoom({ waiting: 2_000, waitingBytes: 0 }), full);
  assert.throws(() => assertRoom({ waiting: 1, waitingBytes: 128 * 1024 * 1024 }), full);
});

it("counts the bytes of a task by its picture", () => {
  const task = { accountId: 1, keyId: 1, type: "t", lane: "l", price: 0, deadlineMs: 1, fields: {} };
  assert.equal(SUBMIT_BATCH.bytes.of({ ...task, image: Buffer.alloc(7) }), 7);
  assert.equal(SUBMIT_BATCH.bytes.of({ ...task, image: null }), 0);
});
