import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import type { Database } from "../../src/database/database.ts";
import { EXAMPLE_PICTURE as body } from "../../src/protocol/catalogue/images.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { LOOK, report } from "../../src/tasks/report.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { foldUsage } from "../../src/tasks/usage.ts";
import { createTestApp } from "../support/app.ts";
import { until } from "../support/callbacks.ts";
import { endOldest } from "../support/end.ts";

const { desk, call } = await createTestApp({ GLYPHDESK_REFUND_PERCENT: "50" });
const { database } = desk;
const PRICE = 0.00003;

async function payer(name: string) {
  const account = await desk.addAccount(name, 1_000_000);
  const clientKey = account.key;
  return {
    ...account,
    clientKey,
    balance: async () => Number((await call("getBalance", { clientKey }))["balance"]),
    solved: async (type = "ImageToTextTask"): Promise<number> => {
      const submitted = await desk.submitter.submit(
        account.task({ type, image: Buffer.from(body, "base64") }),
      );
      assert(submitted.outcome === "accepted");
      await endOldest(desk, "solved");
      return submitted.id;
    },
  };
}

const examples = () => database.query("select * from examples order by id");
const success = { errorId: 0, status: "success" };

describe("a report", () => {
  it("gives the price back once, and keeps the picture with the right text", async () => {
    const { clientKey, balance, solved } = await payer("reporter");
    const taskId = await solved();
    assert.equal(await balance(), 1 - PRICE);
    const request = { clientKey, taskId, correctText: "zQV6R" };
    assert.deepEqual(await call("reportIncorrectImageCaptcha", request), success);
    assert.equal(await balance(), 1);
    const again = await call("reportIncorrectImageCaptcha", request);
    assert.equal(again["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    assert.match(String(again["errorDescription"]), /reported before/);
    assert.equal(again["status"], undefined);
    assert.equal(await balance(), 1);
    const [example, ...more] = await examples();
    assert.partialDeepStrictEqual(example, {
      task_id: taskId,
      verdict: "corrected",
      label: "zQV6R",
      source: "report",
      picture: Buffer.from(body, "base64"),
      answer: { text: "abc" },
    });
    assert.deepEqual(more, []);
    assert.deepEqual((await audit(database)).faults, []);
  });

  it("counts once, also when many come at the same time", async () => {
    const { clientKey, balance, solved } = await payer("hasty");
    const taskId = await solved();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call("reportIncorrectImageCaptcha", { clientKey, taskId })),
    );
    assert.equal(answers.filter(({ errorId }) => errorId === 0).length, 1);
    assert.equal(await balance(), 1);
    assert.deepEqual((await audit(database)).faults, []);
  });

  it("is for the fitting kind of task: pictures here, tokens there, and the aliases as their original", async () => {
    const { clientKey, balance, solved } = await payer("tokens");
    const [picture, token, other, hcaptcha, good] = [
      await solved(),
      await solved("TurnstileTask"),
      await solved("RecaptchaV2Task"),
      await solved("HCaptchaTask"),
      await solved("RecaptchaV3TaskProxyless"),
    ];
    const refused: [string, number][] = [
      ["reportIncorrectTokenCaptcha", picture],
      ["reportIncorrectRecaptcha", picture],
      ["reportCorrectRecaptcha", picture],
      ["reportIncorrectImageCaptcha", token],
    ];
    for (const [method, taskId] of refused) {
      assert.match(
        String((await call(method, { clientKey, taskId }))["errorDescription"]),
        /^Task \d+ is of the type \w+, which this method is not for/,
        method,
      );
    }
    assert.deepEqual(await call("reportIncorrectTokenCaptcha", { clientKey, taskId: token }), success);
    assert.deepEqual(await call("reportIncorrectRecaptcha", { clientKey, taskId: String(other) }), success);
    assert.deepEqual(await call("reportIncorrectHcaptcha", { clientKey, taskId: hcaptcha }), success);
    assert.deepEqual(await call("reportCorrectRecaptcha", { clientKey, taskId: good }), success);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 60, "what was right stays paid");
    assert.deepEqual(
      (await examples()).slice(-4).map(({ verdict }) => verdict),
      ["incorrect", "incorrect", "incorrect", "correct"],
    );
  });

  it("of a task that is gone or of somebody else: thanked for with pictures, refused with tokens", async () => {
    const { clientKey } = await payer("owner");
    const stranger = await payer("stranger");
    const theirs = await stranger.solved();
    for (const taskId of [theirs, theirs + 1_000, 0, 2 ** 31, "9999999999"]) {
      assert.deepEqual(await call("reportIncorrectImageCaptcha", { clientKey, taskId }), success);
      const token = await call("reportIncorrectTokenCaptcha", { clientKey, taskId });
      assert.equal(token["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    }
    const none = await call("reportIncorrectImageCaptcha", { clientKey, taskId: "one" });
    assert.equal(none["errorCode"], "ERROR_NO_SUCH_CAPCHA_ID");
    assert.equal(await stranger.balance(), 1 - PRICE, "nothing moved");
    assert.deepEqual(await database.query("select from reports where task_id = $1", [theirs]), []);
  });

  it("must come in time, for a solved task, with a text that is one", async () => {
    const { clientKey, balance, solved, task } = await payer("late");
    const late = await solved();
    await database.query("update tasks set settled_at = settled_at - interval '901 s' where id = $1", [late]);
    const tooLate = await call("reportIncorrectImageCaptcha", { clientKey, taskId: late });
    assert.match(String(tooLate["errorDescription"]), /too long ago/);
    const open = await desk.submitter.submit(task());
    assert(open.outcome === "accepted");
    const unsolved = await call("reportIncorrectImageCaptcha", { clientKey, taskId: open.id });
    assert.match(String(unsolved["errorDescription"]), /queued, not solved/);
    await endOldest(desk, "failed");
    const fresh = await solved();
    for (const correctText of [{}, [], true, "x".repeat(1001)]) {
      const answer = await call("reportIncorrectImageCaptcha", { clientKey, taskId: fresh, correctText });
      assert.equal(answer["errorCode"], "ERROR_INVALID_TASK", JSON.stringify(correctText).slice(0, 20));
    }
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 60);
  });

  it("is refunded for a share of the key's tasks only; the rest is taken down with the reason", async () => {
    const { clientKey, balance, solved, caller } = await payer("greedy");
    const ids: number[] = [];
    for (let count = 0; count < 14; count += 1) ids.push(await solved());
    // The counts are the same whether or not the log was added up.
    while ((await foldUsage(database)) > 0);
    for (const taskId of ids)
      assert.deepEqual(await call("reportIncorrectImageCaptcha", { clientKey, taskId }), success);
    assert.equal(Math.round((await balance()) * 1e6), 1_000_000 - 7 * 30, "half of fourteen");
    const reasons = await database.query(
      "select reason, count(*)::int as count from reports where key_id = $1 group by reason order by reason",
      [caller.keyId],
    );
    assert.deepEqual(reasons, [
      { reason: "limit", count: 7 },
      { reason: "refunded", count: 7 },
    ]);
    assert.deepEqual((await audit(database)).faults, []);
  });

  it("of a task that ends at its deadline meanwhile is no deadlock", async () => {
    const { task, caller } = await payer("overdue");
    const submitted = await desk.submitter.submit(task());
    assert(submitted.outcome === "accepted");
    await database.query("update tasks set deadline_at = now() where id = $1", [submitted.id]);
    let sweeping: ReturnType<typeof sweep> | undefined;
    const interrupted: Database = {
      ...database,
      transaction: (work) =>
        database.transaction((transaction) =>
          work({
            query: async (statement, values) => {
              if (statement === LOOK) {
                // The report has locked the account; the sweep has the task and waits for the account.
                sweeping = sweep(database, 600);
                await until("the sweep waits", async () => {
                  const waiting = await database.query(
                    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
                  );
                  return waiting.length > 0;
                });
              }
              return transaction.query(statement, values);
            },
          }),
        ),
    };
    const { accountId, keyId } = caller;
    const given = { taskId: submitted.id, accountId, keyId, verdict: "incorrect", label: null } as const;
    const rules = { windowSeconds: 900, refundPercent: 50 };
    const types = new Set(["ImageToTextTask"]);
    const reported = await report(interrupted, new Examples(90), rules, { ...given, types });
    assert.deepEqual(reported, { outcome: "unsolved", state: "queued" });
    assert.equal((await sweeping)?.expired, 1);
  });

  it("of a free task brings no money", async () => {
    const { clientKey, balance, task, caller } = await payer("guest");
    const free = await desk.submitter.submit(task({ price: 0 }));
    assert(free.outcome === "accepted");
    await endOldest(desk, "solved");
    assert.deepEqual(await call("reportIncorrectImageCaptcha", { clientKey, taskId: free.id }), success);
    assert.equal(await balance(), 1);
    const [report] = await database.query("select reason from reports where key_id = $1", [caller.keyId]);
    assert.equal(report?.["reason"], "free");
  });
});
