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

  it("leaves a key the underscore that it ends in", () => {
    for (const [text, key, module] of [
      ["abc_", "abc_", null],
      ["abc___yandex", "abc_", "yandex"],
      ["abc___", "abc_", null],
      ["abc_____yandex", "abc_", "yandex"],
      ["abc__", "abc", null],
      ["abc____yandex", "abc", "yandex"],
      ["a_b___x__nocache", "a_b_", "x"],
    ] as const) {
      assert.partialDeepStrictEqual(splitClientKey(text), { key, module }, text);
    }
    assert.equal(splitClientKey("abc___nocache").nocache, true);
  });
});
