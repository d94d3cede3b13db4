import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OperatorError } from "../base/errors.ts";
import { parsePattern, patternsFor } from "./pattern.ts";

describe("a site's pattern", () => {
  it("is a host, however it is written", () => {
    for (const [text, pattern] of [
      ["shop.example.com", "shop.example.com"],
      [" Shop.Example.COM. ", "shop.example.com"],
      ["https://shop.example.com/login?x=1", "shop.example.com"],
      ["shop.example.com:8443", "shop.example.com"],
      ["*.example.com", "*.example.com"],
      ["*.test", "*.test"],
      ["bücher.example", "xn--bcher-kva.example"],
      ["localhost", "localhost"],
      ["127.0.0.1", "127.0.0.1"],
      ["[::1]", "::1"],
    ] as const) {
      assert.equal(parsePattern(text), pattern, text);
    }
  });

  it("is refused when it is no host or too wide for anyone's consent", () => {
    for (const text of [
      "",
      "*",
      "*.",
      "*.com",
      "*.*.com",
      "a..b",
      "shop example.com",
      "a@b.example",
      "*.127.0.0.1",
      "-",
    ]) {
      assert.throws(() => parsePattern(text), OperatorError, text);
    }
  });

  it("covers a host by itself or from above, never a neighbour", () => {
    assert.deepEqual(patternsFor("a.b.example.com"), [
      "a.b.example.com",
      "*.b.example.com",
      "*.example.com",
      "*.com",
    ]);
    assert.deepEqual(patternsFor("127.0.0.1"), ["127.0.0.1"]);
    assert.deepEqual(patternsFor("[::1]"), ["::1"]);
    assert(!patternsFor("example.com").includes("*.example.com"));
    assert(!patternsFor("evilexample.com").includes("*.example.com"));
  });
});
