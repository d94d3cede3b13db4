import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProtocolError } from "./errors.ts";
import { taskTypeOf } from "./catalogue/catalogue.ts";

function read(task: Record<string, unknown>): Readonly<Record<string, unknown>> {
  const found = taskTypeOf(task);
  return found.type.read(found.task);
}

describe("the fields of a task", () => {
  it("are read in any casing, and as the values that clients mix up", () => {
    assert.deepEqual(
      read({
        TYPE: "imagetotexttask",
        Body: "x",
        CapMonsterModule: "universal",
        recognizingthreshold: "80",
        Case: 1,
        numeric: true,
        math: "false",
        softId: 12,
        unknown: { deep: [1] },
        comment: null,
      }),
      {
        body: "x",
        capMonsterModule: "universal",
        recognizingThreshold: 80,
        case: true,
        numeric: 1,
        math: false,
      },
    );
  });

  it("may be an object within a string, or the one value that the object is for", () => {
    const payload = (enterprisePayload: unknown) =>
      read({
        type: "RecaptchaV2EnterpriseTask",
        websiteURL: "https://a.example",
        websiteKey: "k",
        enterprisePayload,
      })["enterprisePayload"];
    for (const given of [{ s: "abc" }, '{"s":"abc"}', ' {"S":"abc","other":1}\n', "abc"]) {
      assert.deepEqual(payload(given), { s: "abc" }, JSON.stringify(given));
    }
    for (const given of ["{abc", '["abc"]', '"abc"']) assert.deepEqual(payload(given), { s: given });
    assert.deepEqual(payload("{}"), {});
    assert.equal(payload(""), undefined);
    assert.throws(() => payload('{"s":"\\u0000"}'), /U\+0000/);
  });

  it("are left out where they say what clients always say, however it is written", () => {
    const task = { websiteURL: "https://a.example", websiteKey: "k" };
    for (const nothing of [0, "0", "0.0", false, "", null]) {
      assert.deepEqual(
        read({ type: "RecaptchaV3Task", ...task, minScore: nothing, deadlineMs: nothing }),
        task,
      );
    }
    assert.throws(
      () => read({ type: "RecaptchaV3Task", ...task, minScore: "1" }),
      /minScore: expected .* got "1"/,
    );
  });

  it("are refused all at once, by name, with what was expected and what came", () => {
    assert.throws(
      () => read({ type: "ImageToTextTask", numeric: 7, recognizingThreshold: "high", case: {} }),
      (error) => {
        assert(error instanceof ProtocolError);
        assert.equal(error.code, "ERROR_INVALID_TASK");
        for (const part of [
          /body: expected .* got nothing/,
          /numeric: .* got 7/,
          /recognizingThreshold: .*"high"/,
          /case: .*an object/,
        ]) {
          assert.match(error.message, part);
        }
        return true;
      },
    );
  });

  it("are refused for their length with the length that is allowed", () => {
    const task = { type: "RecaptchaV2Task", websiteKey: "k" };
    const address = (length: number) => "https://a.example/".padEnd(length, "x");
    assert.equal(read({ ...task, websiteURL: address(16_384) })["websiteURL"], address(16_384));
    assert.throws(
      () => read({ ...task, websiteURL: address(16_385), userAgent: "x".repeat(4_097) }),
      /websiteURL: expected .*, at most 16384 characters, got a string of 16385 characters; userAgent: .*at most 4096 /,
    );
    // Said once where the description says it.
    const comment = "x".repeat(1_001);
    assert.throws(
      () => read({ type: "ImageToTextTask", body: "x", comment }),
      /comment: expected an instruction for people \(a string of at most 1000 characters\), got a string/,
    );
  });

  it("never reach the prototype", () => {
    const task = JSON.parse(
      '{"type":"ImageToTextTask","body":"x","__proto__":{"numeric":1},"constructor":1}',
    ) as Record<string, unknown>;
    assert.deepEqual(Object.keys(read(task)), ["body"]);
    assert.equal(Reflect.get({}, "numeric"), undefined);
  });
});

describe("taskTypeOf", () => {
  it("says why a type is refused", () => {
    const codeOf = (task: unknown) => {
      try {
        taskTypeOf(task);
      } catch (error) {
        assert(error instanceof ProtocolError);
        return `${error.code} ${error.message}`;
      }
      return assert.fail("was accepted");
    };
    assert.match(codeOf(undefined), /^ERROR_TASK_ABSENT/);
    assert.match(codeOf([]), /^ERROR_TASK_ABSENT .*an array/);
    assert.match(codeOf({}), /^ERROR_INVALID_TASK .*task\.type/);
    assert.match(codeOf({ type: "Nonsense" }), /^ERROR_TASK_NOT_SUPPORTED .*no such type/);
    assert.match(codeOf({ type: "AmazonTaskProxyless" }), /^ERROR_TASK_NOT_SUPPORTED .*on purpose/);
  });
});
