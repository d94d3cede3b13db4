import assert from "node:assert/strict";
import { test } from "node:test";
import { howMany } from "./how-many.ts";

test("of as many as the server counts, it is said that there may be more", () => {
  assert.deepEqual([0, 99, 100].map(howMany), ["0", "99", "100+"]);
});
