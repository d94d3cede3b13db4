import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { createTestApp, parseAnswer } from "../support/app.ts";

const SEED = 20_261_124;
const RUNS = 1_500;
const { app, desk } = await createTestApp();
const { key } = await desk.addAccount("fuzzed", 1_000_000);

const names = fc.constantFrom(
  "clientKey",
  "task",
  "taskId",
  "callbackUrl",
  "softId",
  "type",
  "body",
  "class",
  "__proto__",
  "metadata",
);
const types = fc.constantFrom(
  "ImageToTextTask",
  "CustomTask",
  "ComplexImageTask",
  "TurnstileTask",
  "AmazonTask",
);
const values = fc.oneof(
  { depthSize: "small" },
  fc.constant(key),
  types,
  fc.jsonValue(),
  fc.base64String({ maxLength: 300 }),
);
const fields = fc.dictionary(fc.oneof({ weight: 5, arbitrary: names }, fc.string()), values, { maxKeys: 8 });
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fields.map((object) => Buffer.from(JSON.stringify(object))),
  fc
    .record({ clientKey: fc.constant(key), task: fields, taskId: values })
    .map((object) => Buffer.from(JSON.stringify(object))),
);

it(`answers anything in the protocol's shape (seed ${SEED}, ${RUNS} requests)`, async () => {
  const codes = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("/createTask", "/getTaskResult", "/getBalance"),
      bodies,
      fc.constantFrom("application/json", "text/plain", "multipart/form-data; boundary=x", ""),
      async (url, payload, type) => {
        const answer = await app.inject({ method: "POST", url, payload, headers: { "content-type": type } });
        const parsed = parseAnswer(answer);
        assert(!/ at .*\.(ts|js):\d+/.test(answer.body), "a stack trace");
        codes.add(parsed["errorCode"]);
        // A fault of ours would hide behind this code.
        assert.notEqual(parsed["errorCode"], "ERROR_SERVICE_NOT_AVAILABLE");
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
  for (const code of [
    "ERROR_TASK_ABSENT",
    "ERROR_KEY_DOES_NOT_EXIST",
    "ERROR_INVALID_TASK",
    "ERROR_NO_SUCH_CAPCHA_ID",
  ]) {
    assert(codes.has(code), `${code} never came: the requests are too tame`);
  }
});
