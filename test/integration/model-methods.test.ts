import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { audit } from "../../src/accounts/ledger.ts";
import { createKey, KeyRing } from "../../src/accounts/keys.ts";
import { cancel } from "../../src/tasks/cancel.ts";
import { claim, type ClaimedTask } from "../../src/tasks/claim.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { identityOf } from "../../src/tasks/idempotency.ts";
import { report } from "../../src/tasks/report.ts";
import { isFinal, type State } from "../../src/tasks/states.ts";
import type { GuardedOutcome } from "../../src/tasks/submit-guarded.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { foldUsage } from "../../src/tasks/usage.ts";
import { createTestDesk } from "../support/desk.ts";

/** Any sequence of creating, repeating, cancelling, reporting, settling and expiring keeps money and budgets exact. */
const SEED = 20_261;
const RUNS = 30;
const PRICE = 10;
const BALANCE = 200;
const BUDGET = 120;
const desk = await createTestDesk();
const { database } = desk;
const rules = { windowSeconds: 600, refundPercent: 50 };
let serial = 0;

const which = fc.nat(7);
const step = fc.oneof(
  fc.record({
    do: fc.constant("create" as const),
    names: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ do: fc.constant("cancel" as const), which }),
  fc.record({ do: fc.constant("report" as const), which }),
  fc.record({
    do: fc.constant("settle" as const),
    to: fc.constantFrom("solved" as const, "failed" as const),
  }),
  fc.record({ do: fc.constant("answer late" as const), which }),
  fc.record({ do: fc.constant("expire" as const) }),
);

interface ModelTask {
  state: State;
  reported: boolean;
  refunded: boolean;
}

function settlement({ key, lease }: ClaimedTask, to: "solved" | "failed") {
  const common = { key, lease, solver: "model", detail: null };
  return to === "solved"
    ? { ...common, to, solution: { text: "x" }, confidence: 1 }
    : { ...common, to, errorCode: "ERROR_CAPTCHA_UNSOLVABLE" as const, errorDescription: "no" };
}

it(`keeps money exact whatever is cancelled, repeated and reported (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const name = `model ${(serial += 1)}`;
      const { account, task } = await desk.addAccount(name, BALANCE);
      const key = await createKey(database, name, undefined, { totalLimit: BUDGET });
      const caller = await new KeyRing(database).find(key);
      assert(caller);
      const accountId = account.id;
      const tasks = new Map<number, ModelTask>();
      const named = new Map<number, number>();
      const claimed: ClaimedTask[] = [];
      const nth = (at: number) => [...tasks.keys()][at];
      const spent = () =>
        [...tasks.values()].reduce(
          (sum, { state, refunded }) =>
            sum + ((isFinal(state) && state !== "solved") || refunded ? 0 : PRICE),
          0,
        );

      for (const current of steps) {
        switch (current.do) {
          case "create": {
            const before = spent();
            const results: GuardedOutcome[] = await Promise.all(
              current.names.map((name) => {
                const fields = { case: true };
                const wanted = { ...task({ ...caller, price: PRICE, fields }), budgeted: true };
                return desk.guarded.submit({
                  ...wanted,
                  identity: identityOf(`name ${name}`, { ...wanted, callback: undefined }),
                });
              }),
            );
            for (const [at, result] of results.entries()) {
              const name = current.names[at] ?? 0;
              const known = named.get(name);
              if (known !== undefined) assert.deepEqual(result, { outcome: "repeated", id: known });
              else if (result.outcome === "accepted") {
                tasks.set(result.id, { state: "queued", reported: false, refunded: false });
                named.set(name, result.id);
              } else assert.equal(result.outcome, "over budget");
            }
            assert(spent() <= BUDGET && spent() >= before);
            break;
          }
          case "cancel": {
            const id = nth(current.which);
            const model = tasks.get(id ?? 0);
            if (id === undefined || model === undefined) break;
            if (!isFinal(model.state)) model.state = "cancelled";
            assert.equal(await cancel(database, 600, { id, accountId }), model.state);
            break;
          }
          case "report": {
            const taskId = nth(current.which);
            const model = tasks.get(taskId ?? 0);
            if (taskId === undefined || model === undefined) break;
            const given = {
              taskId,
              accountId,
              keyId: caller.keyId,
              verdict: "incorrect" as const,
              label: null,
            };
            const reported = await report(database, new Examples(0), rules, {
              ...given,
              types: new Set(["ImageToTextTask"]),
            });
            const fits = model.state === "solved" && !model.reported;
            assert.equal(reported.outcome === "accepted", fits, JSON.stringify(reported));
            if (reported.outcome !== "accepted") break;
            const all = [...tasks.values()];
            const share = Math.max(5, Math.floor(all.filter(({ state }) => state === "solved").length / 2));
            model.reported = true;
            model.refunded = all.filter(({ refunded }) => refunded).length < share;
            assert.equal(reported.refunded, model.refunded ? PRICE : 0);
            break;
          }
          case "settle": {
            const request = { lane: "machine", limit: 1, leasedBy: "model", leaseMs: 60_000 };
            const [taken] = await claim(database, desk.images, request);
            if (taken === undefined) break;
            claimed.push(taken);
            const [row] = await database.query<{ id: number }>("select id from tasks where key = $1", [
              taken.key,
            ]);
            const model = tasks.get(row?.id ?? 0);
            assert(model);
            assert.equal(await desk.settler.settle(settlement(taken, current.to)), "settled");
            model.state = current.to;
            break;
          }
          case "answer late": {
            const taken = claimed[current.which];
            if (taken !== undefined)
              assert.equal(await desk.settler.settle(settlement(taken, "solved")), "late");
            break;
          }
          case "expire":
            await database.query("update tasks set deadline_at = now() where state = 'queued'");
            await sweep(database, 600);
            await foldUsage(database);
            for (const model of tasks.values()) if (!isFinal(model.state)) model.state = "expired";
            break;
        }
        const { accounts, faults } = await audit(database);
        assert.deepEqual(faults, []);
        const row = accounts.find((entry) => entry.account === name);
        assert.equal(row?.balance, BALANCE - spent());
        const budgets: readonly { spent_total: number }[] = await database.query(
          "select spent_total from api_keys where id = $1",
          [caller.keyId],
        );
        assert.equal(budgets[0]?.spent_total, spent());
      }
      await database.query("update tasks set deadline_at = now() where state = 'queued'");
      await sweep(database, 600);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
