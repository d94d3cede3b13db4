import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ProtocolError } from "../errors.ts";
import { laneOf } from "../lanes.ts";
import { TEST_KEYS, testKeyOf } from "../test-keys.ts";
import { findType, TASK_TYPES, taskTypeOf } from "./catalogue.ts";
import { fieldLines } from "./describe.ts";
import { hostOf, urlFault } from "./shared.ts";

describe("the catalogue", () => {
  it("has every type once, under names that no other type has", () => {
    const titles = TASK_TYPES.map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
    const owners = new Map<string, string>();
    for (const { name, aliases = [] } of TASK_TYPES) {
      for (const alias of [name, ...aliases]) {
        assert.equal(owners.get(alias.toLowerCase()) ?? name, name, alias);
        owners.set(alias.toLowerCase(), name);
      }
    }
  });

  it("says what is expected of every field, and of every part of a solution", () => {
    for (const { title, schema, solution } of TASK_TYPES) {
      for (const { path, description } of [...fieldLines(schema), ...fieldLines(solution)]) {
        assert.notEqual(description, "", `${title} ${path}`);
      }
    }
  });

  it("prices and dates whatever is answered, and nothing else has a price", () => {
    for (const { title, route, price, deadline } of TASK_TYPES) {
      assert.equal(price > 0, route.kind !== "not offered", title);
      assert(deadline >= 60_000 && deadline <= 180_000, title);
      assert.equal(laneOf(route) !== null, route.kind === "machine" || route.kind === "computed", title);
    }
  });

  it("answers any object with a task or a refusal of the protocol, never with another fault", () => {
    const names = TASK_TYPES.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    const classes = TASK_TYPES.map(({ variant }) => variant?.value ?? "x");
    const fields = [...new Set(TASK_TYPES.flatMap(({ schema }) => Object.keys(schema.properties)))];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom("", 0, "0", true, null, "https://a.example"),
    );
    const task = fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom(...classes),
        fc.dictionary(
          fc.oneof(fc.constantFrom(...fields, "__proto__", "constructor", "type"), fc.string()),
          value,
        ),
      )
      .map(([type, kind, rest]) => Object.assign({ class: kind, cloudflareTaskType: kind }, rest, { type }));
    fc.assert(
      fc.property(task, (raw) => {
        try {
          const { type, task: read } = taskTypeOf(raw);
          for (const name of Object.keys(type.read(read))) assert(name in type.schema.properties, name);
        } catch (error) {
          assert(error instanceof ProtocolError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("reads validated fields again to the same fields", () => {
    for (const type of TASK_TYPES.filter(({ proxy }) => proxy !== "required")) {
      const once = type.read(type.example.full);
      assert.deepEqual(type.read(once), once, type.title);
    }
  });

  it("takes the last of two spellings of one field, nulls and empty strings left out", () => {
    const { type } = findType({ type: "TurnstileTask" });
    const site = { websiteURL: "https://a.example", websiteKey: "k" };
    assert.equal(type.read({ ...site, pageAction: "a", PAGEACTION: "b" })["pageAction"], "b");
    assert.equal(
      type.read({ ...site, pageAction: "a", PAGEACTION: null, PageAction: "" })["pageAction"],
      "a",
    );
  });
});

describe("the host of an address", () => {
  it("is none when it is longer than DNS allows: each of its labels costs time", () => {
    const longest = "a.".repeat(126) + "b";
    assert.equal(hostOf(`https://${longest}./login`), longest);
    for (const host of [`${longest}c`, "a.".repeat(8_000)]) {
      const websiteURL = `https://${host}/`;
      assert.equal(hostOf(websiteURL), null);
      assert.equal(urlFault({ websiteURL })?.code, "ERROR_RECAPTCHA_INVALID_DOMAIN");
    }
  });
});

describe("the public test keys", () => {
  it("are each of one vendor only", () => {
    for (const { vendor, siteKey } of TEST_KEYS) {
      assert.equal(testKeyOf(vendor, ` ${siteKey}`)?.siteKey, siteKey);
      for (const other of ["Turnstile", "hCaptcha", "reCAPTCHA"] as const) {
        if (other !== vendor) assert.equal(testKeyOf(other, siteKey), null);
      }
      assert.equal(testKeyOf(undefined, siteKey), null);
    }
  });
});
