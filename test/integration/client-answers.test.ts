import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp, parseAnswer } from "../support/app.ts";
import { SHAPES } from "../support/client-shapes.ts";

/** The answers that the vendor's clients read, to requests in the form in which they send them. */
const { app, desk } = await createTestApp();
const { key: clientKey } = await desk.addAccount("payer", 1_000_000);

/** JS and Python send back what they were given, the others a number; some clients add their softId everywhere. */
const CLIENTS = SHAPES.filter(({ client }) => ["JS", "Python", "C#", "Go", "PHP"].includes(client));

async function settleAll(): Promise<void> {
  const lane = { lane: "machine", limit: 100, leasedBy: "test", leaseMs: 60_000 };
  for (const { key, lease } of await claim(desk.database, desk.images, lane)) {
    const end = { key, lease, solver: "test", solution: { text: "abc" }, confidence: 1, detail: null };
    await desk.settler.settle({ ...end, to: "solved" });
  }
}

it("are those of five languages", () => assert.equal(CLIENTS.length, 5));

for (const { client, headers, url = "/createTask", extra = {}, tasks } of CLIENTS) {
  const slash = url.endsWith("/") ? "/" : "";
  const send = async (method: string, fields: object) => {
    const payload = JSON.stringify({ clientKey, ...fields });
    return parseAnswer(await app.inject({ method: "POST", url: `/${method}${slash}`, headers, payload }));
  };

  describe(`the answers to ${client}`, () => {
    it("go from a taskId of 32 bits over processing to ready, without nulls", async () => {
      const { taskId, errorId } = await send("createTask", { task: tasks[0]?.[1], ...extra });
      assert.equal(errorId, 0);
      assert(typeof taskId === "number" && Number.isInteger(taskId) && taskId > 0 && taskId < 2 ** 31);
      assert.deepEqual(await send("getTaskResult", { taskId }), { errorId: 0, status: "processing" });
      await settleAll();
      const ready = await send("getTaskResult", { taskId });
      assert.equal(ready["status"], "ready");
      assert.deepEqual(ready["solution"], { text: "abc" });
      assert.equal(typeof ready["cost"], "number");
      assert(!Object.values(ready).includes(null));
    });

    it("name every failure by a code and a description", async () => {
      const unknown = await send("getTaskResult", { taskId: 2_000_000_000 });
      assert.equal(unknown["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
      assert.equal(unknown["status"], undefined);
      const refused = await send("createTask", { task: { type: "ImageToTextTask", body: "" }, ...extra });
      assert.equal(refused["errorCode"], "ERROR_ZERO_CAPTCHA_FILESIZE");
      assert.equal(refused["taskId"], 0);
      const stranger = await send("getBalance", { clientKey: "f".repeat(32) });
      assert.equal(stranger["errorCode"], "ERROR_KEY_DOES_NOT_EXIST");
    });

    it("tell the balance as a number", async () => {
      assert.equal(typeof (await send("getBalance", {}))["balance"], "number");
    });
  });
}
