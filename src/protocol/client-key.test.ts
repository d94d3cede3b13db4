import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { splitClientKey } from "./client-key.ts";

describe("splitClientKey", () => {
  it("splits options off, in any order and casing", () => {
    assert.deepEqual(splitClientKey("abc"), { key: "abc", module: null, threshold: null, nocache: false });
    assert.deepEqual(splitClientKey("abc__yandex__RecognizingThreshold_80__nocache"), {
      key: "abc",
      module: "yandex",
      threshold: 80,
      nocache: true,
    });
    assert.equal(splitClientKey("abc__recognizingthreshold_999").threshold, 100);
    assert.equal(splitClientKey("a_b_c").key, "a_b_c");
    assert.equal(splitClientKey("__x").key, "");
  });
});
