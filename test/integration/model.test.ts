import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { audit } from "../../src/accounts/ledger.ts";
import { topUp } from "../../src/accounts/accounts.ts";
import { claim, type ClaimedTask } from "../../src/tasks/claim.ts";
import type { Settled, Settlement } from "../../src/tasks/settle.ts";
import { canBecome, isFinal, type State } from "../../src/tasks/states.ts";
import { MAX_ATTEMPTS, sweep } from "../../src/tasks/sweep.ts";
import { createTestDesk, type TestAccount } from "../support/desk.ts";

/**
 * The queue and the books against a model in a few lines: any sequence of what clients, solvers, clocks and operators
 * can do leaves both in the same state, to the micro-dollar.
 */
const SEED = 4_711;
const RUNS = 40;
const desk = await createTestDesk();
let serial = 0;

type Step =
  | { readonly do: "submit"; readonly prices: readonly number[] }
  | { readonly do: "claim"; readonly limit: number }
  | { readonly do: "settle"; readonly which: number; readonly to: Settlement["to"] }
  | { readonly do: "lose leases" }
  | { readonly do: "pass deadlines" }
  | { readonly do: "top up"; readonly amount: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("submit" as const),
    prices: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ do: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constant("settle" as const),
    which: fc.nat(9),
    to: fc.constantFrom("solved" as const, "failed" as const, "queued" as const),
  }),
  fc.record({ do: fc.constant("lose leases" as const) }),
  fc.record({ do: fc.constant("pass deadlines" as const) }),
  fc.record({ do: fc.constant("top up" as const), amount: fc.integer({ min: 1, max: 100 }) }),
);

interface ModelTask {
  readonly price: number;
  state: State;
  attempts: number;
  lease: number | null;
}

/** The model: tasks by wire id, and what can be spent. */
class Model {
  readonly tasks = new Map<number, ModelTask>();
  balance = 0;

  move(task: ModelTask, to: State): void {
    assert(canBecome(task.state, to), `${task.state} → ${to}`);
    task.state = to;
    if (to !== "leased") task.lease = null;
    if (isFinal(to) && to !== "solved") this.balance += task.price;
  }

  get held(): number {
    return [...this.tasks.values()].reduce((sum, { state, price }) => sum + (isFinal(state) ? 0 : price), 0);
  }
}

async function submit(model: Model, account: TestAccount, prices: readonly number[]): Promise<void> {
  const results = await Promise.all(prices.map((price) => desk.submitter.submit(account.task({ price }))));
  for (const [index, result] of results.entries()) {
    const price = prices[index] ?? 0;
    if (result.outcome === "accepted") {
      model.tasks.set(result.id, { price, state: "queued", attempts: 0, lease: null });
      model.balance -= price;
    }
  }
  assert(model.balance >= 0);
  // Nothing was refused that could still be paid when all was done.
  for (const [index, { outcome }] of results.entries()) {
    if (outcome !== "accepted") assert((prices[index] ?? 0) > model.balance);
  }
}

function settlement({ key, lease }: ClaimedTask, to: Settlement["to"]): Settlement {
  const common = { key, lease, solver: "model", detail: null };
  if (to === "queued") return { key, lease, to };
  if (to === "solved") return { ...common, to, solution: { text: "x" }, confidence: 1 };
  return { ...common, to, errorCode: "ERROR_CAPTCHA_UNSOLVABLE", errorDescription: "no" };
}

it(`behaves as its model does (seed ${SEED}, ${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await desk.database.query("delete from tasks");
      const account = await desk.addAccount(`model ${(serial += 1)}`, 200);
      const model = new Model();
      model.balance = 200;
      const claimed: { task: ClaimedTask; id: number }[] = [];
      const idOf = async (key: number) =>
        (await desk.database.query<{ id: number }>("select id from tasks where key = $1", [key]))[0]?.id ?? 0;

      for (const current of steps) {
        switch (current.do) {
          case "submit":
            await submit(model, account, current.prices);
            break;
          case "claim":
            for (const task of await claim(desk.database, desk.images, {
              lane: "machine",
              limit: current.limit,
              leasedBy: "model",
              leaseMs: 60_000,
            })) {
              const id = await idOf(task.key);
              const expected = model.tasks.get(id);
              assert(expected);
              model.move(expected, "leased");
              expected.lease = task.lease;
              expected.attempts += 1;
              assert.equal(task.attempt, expected.attempts);
              claimed.push({ task, id });
            }
            break;
          case "settle": {
            const held = claimed[current.which];
            if (held === undefined) break;
            const expected = model.tasks.get(held.id);
            assert(expected);
            const holds = expected.state === "leased" && expected.lease === held.task.lease;
            const outcome: Settled = await desk.settler.settle(settlement(held.task, current.to));
            assert.equal(outcome, holds ? "settled" : "late");
            if (holds) model.move(expected, current.to);
            break;
          }
          case "lose leases":
            await desk.database.query("update tasks set leased_until = now() where state = 'leased'");
            await sweep(desk.database, 600);
            for (const task of model.tasks.values()) {
              if (task.state === "leased")
                model.move(task, task.attempts < MAX_ATTEMPTS ? "queued" : "expired");
            }
            break;
          case "pass deadlines":
            await desk.database.query(
              "update tasks set deadline_at = now(), leased_until = least(leased_until, now()) where state in ('queued', 'leased')",
            );
            await sweep(desk.database, 600);
            for (const task of model.tasks.values()) if (!isFinal(task.state)) model.move(task, "expired");
            break;
          case "top up":
            await topUp(desk.database, account.account.name, current.amount);
            model.balance += current.amount;
            break;
        }
        const { accounts, faults } = await audit(desk.database);
        assert.deepEqual(
          faults.filter(
            (fault) => !fault.startsWith("account model") || fault.includes(account.account.name),
          ),
          [],
        );
        const row = accounts.find((entry) => entry.account === account.account.name);
        assert.deepEqual([row?.balance, row?.held], [model.balance, model.held]);
        for (const [id, expected] of model.tasks) {
          assert.equal((await desk.reader.task(id, account.caller.accountId))?.state, expected.state);
        }
      }
      // The next run deletes these rows; end them first, so that their holds end too.
      await desk.database.query(
        "update tasks set deadline_at = now(), leased_until = least(leased_until, now()) where state in ('queued', 'leased')",
      );
      await sweep(desk.database, 600);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
