import assert from "node:assert/strict";
import { it } from "node:test";
import { claim } from "../../src/tasks/claim.ts";
import { Examples, type NewExample } from "../../src/tasks/examples.ts";
import { createTestDesk } from "../support/desk.ts";

const desk = await createTestDesk();
const { database } = desk;
const payer = await desk.addAccount("payer", 1_000_000);

/** A solved task with this picture. @returns its row key */
async function solve(image: Buffer | null): Promise<number> {
  await desk.submitter.submit(payer.task({ image, fields: { Case: true } }));
  const [task] = await claim(database, desk.images, {
    lane: "machine",
    limit: 1,
    leasedBy: "test",
    leaseMs: 60_000,
  });
  assert(task);
  const { key, lease } = task;
  const answer = { solver: "reader", solution: { text: "abc" }, confidence: 1, detail: null };
  await desk.settler.settle({ key, lease, to: "solved", ...answer });
  return key;
}

const record = (examples: Examples, ...items: NewExample[]) =>
  database.transaction((transaction) => examples.record(transaction, items));
const stored = () => database.query("select * from examples order by id");

it("takes down the picture, whatever its size, with the fields, the answer and what was said of it", async () => {
  const examples = new Examples(90);
  const large = Buffer.alloc(20_001, "picture");
  const keys = [await solve(large), await solve(null)];
  await record(
    examples,
    { taskKey: keys[0] ?? 0, verdict: "corrected", source: "report", label: "abd" },
    { taskKey: keys[1] ?? 0, verdict: "answered", source: "worker", answer: { text: "x" }, workerId: 7 },
    { taskKey: 999_999, verdict: "correct", source: "report" },
  );
  const [first, second, ...more] = await stored();
  assert.deepEqual(more, [], "a task that is gone leaves no example");
  assert.partialDeepStrictEqual(first, {
    task_key: keys[0],
    account_id: payer.caller.accountId,
    type: "ImageToTextTask",
    lane: "machine",
    solver: "reader",
    fields: { Case: true },
    picture: large,
    answer: { text: "abc" },
    label: "abd",
    verdict: "corrected",
    source: "report",
    worker_id: null,
  });
  assert.partialDeepStrictEqual(second, { picture: null, answer: { text: "x" }, solver: null, worker_id: 7 });
});

it("keeps none when off, and deletes the old ones", async () => {
  const taskKey = await solve(Buffer.from("a picture"));
  await database.query("delete from examples");
  await record(new Examples(0), { taskKey, verdict: "incorrect", source: "report" });
  assert.deepEqual(await stored(), []);
  const examples = new Examples(2);
  for (const verdict of ["incorrect", "correct"] as const) {
    await record(examples, { taskKey, verdict, source: "operator" });
  }
  await database.query(
    "update examples set created_at = now() - interval '50 hours' where verdict <> 'correct'",
  );
  assert.equal(await examples.forget(database), 1);
  assert.deepEqual(
    (await stored()).map(({ verdict }) => verdict),
    ["correct"],
  );
  assert.equal(await new Examples(0).forget(database), 1);
});
