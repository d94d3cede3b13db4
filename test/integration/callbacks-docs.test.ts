import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { signatureHeaders } from "../../src/callbacks/sign.ts";

type IsGenuine = (secret: string, headers: Readonly<Record<string, string>>, body: string) => boolean;

it("verifies by the example in docs/callbacks.md, which is ten lines", async () => {
  const page = await readFile(new URL("../../docs/callbacks.md", import.meta.url), "utf8");
  const [, example = ""] = /```js\n(.*?)```/s.exec(page) ?? [];
  const lines = example.split("\n").filter((line) => line.trim() !== "");
  assert(lines.length <= 10, `${lines.length} lines`);
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(example)}`)) as {
    isGenuine: IsGenuine;
  };

  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const body = '{"taskId":7,"errorId":0}';
  const now = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders(secret, "a-delivery", now, body);
  assert.equal(isGenuine(secret, headers, body), true);
  assert.equal(isGenuine(secret, headers, body.replace("7", "8")), false);
  assert.equal(isGenuine(secret, { ...headers, "webhook-id": "another" }, body), false);
  assert.equal(isGenuine(secret, { ...headers, "webhook-signature": "v1,AAAA" }, body), false);
  assert.equal(isGenuine(`whsec_${Buffer.alloc(32, 8).toString("base64")}`, headers, body), false);
  const old = signatureHeaders(secret, "a-delivery", now - 3_600, body);
  assert.equal(isGenuine(secret, old, body), false);
});

it("signs as the Standard Webhooks specification does", () => {
  // The example of the specification's reference libraries.
  const headers = signatureHeaders(
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330,
    '{"test": 2432232314}',
  );
  assert.equal(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});
