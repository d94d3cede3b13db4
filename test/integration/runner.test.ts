import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Runner } from "../../src/solvers/runner.ts";
import type { Outcome, SolveContext, Solver, SolverTask } from "../../src/solvers/solver.ts";
import type { Settled, Settlement } from "../../src/tasks/settle.ts";
import { Submitter } from "../../src/tasks/submit.ts";
import { MAX_ATTEMPTS } from "../../src/tasks/sweep.ts";
import { createTestDesk } from "../support/desk.ts";

const desk = await createTestDesk();
const payer = await desk.addAccount("payer", 1_000_000);

/** A solver whose answers the test gives, and a runner that tells of each settlement. */
function start(
  capacity: number,
  solve: (task: SolverTask, context: SolveContext) => Outcome | Promise<Outcome>,
) {
  const settlements: { settlement: Settlement; settled: Settled }[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const solver: Solver = {
    id: "scripted",
    capacity,
    accepts: () => true,
    solve: async (task, context) => solve(task, context),
  };
  const runner = new Runner({
    solver,
    lane: "machine",
    node: "test",
    database: desk.database,
    images: desk.images,
    settler: desk.settler,
    logger: silentLogger,
    onSettled: (settlement, settled) => {
      settlements.push({ settlement, settled });
      for (const { count, resolve } of waiting) if (settlements.length >= count) resolve();
    },
  });
  runner.start();
  const submitter = new Submitter(desk.database, desk.images, desk.results, runner, () => runner.wake());
  after(() => runner.stop());
  return {
    runner,
    settlements,
    submitter,
    settled: (count: number) =>
      new Promise<void>((resolve) => {
        if (settlements.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

const answer = (text: string): Outcome => ({ kind: "answer", solution: { text }, confidence: 1 });

async function idsOf(submitter: Submitter, count: number): Promise<number[]> {
  const submitted = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      submitter.submit(payer.task({ image: Buffer.from(`picture ${n}`) })),
    ),
  );
  return submitted.map((one) => (one.outcome === "accepted" ? one.id : assert.fail(one.outcome)));
}

describe("a runner", () => {
  it("solves each task once with its own picture, those handed over and those from the queue", async () => {
    let most = 0;
    let now = 0;
    const { runner, submitter, settlements, settled } = start(8, async ({ image }) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return answer(image?.toString() ?? "");
    });
    const ids = await idsOf(submitter, 60);
    await settled(60);
    assert.equal(settlements.filter((one) => one.settled === "settled").length, 60);
    assert(most <= 8, `${most} at once`);
    for (const [n, id] of ids.entries()) {
      const view = await desk.reader.task(id, payer.caller.accountId);
      assert.deepEqual(JSON.parse(view?.solution ?? "{}"), { text: `picture ${n}` });
    }
    // The lane is empty now, so the next task does not go through the queue.
    const [id] = await idsOf(submitter, 1);
    await settled(61);
    const [row] = await desk.database.query<{ attempts: number; leased_by: string; state: string }>(
      "select attempts, leased_by, state from tasks where id = $1",
      [id],
    );
    assert.deepEqual(row, { attempts: 1, leased_by: "test/scripted", state: "solved" });
    await runner.stop();
    assert.deepEqual((await audit(desk.database)).faults, []);
  });

  it("gives a task back after a fault of the solver, and ends it when its attempts are used up", async () => {
    let calls = 0;
    const { runner, submitter, settled } = start(1, () => {
      calls += 1;
      throw new Error("a fault of the solver");
    });
    const [id = 0] = await idsOf(submitter, 1);
    await settled(MAX_ATTEMPTS);
    assert.equal(calls, MAX_ATTEMPTS);
    const view = await desk.reader.task(id, payer.caller.accountId);
    assert.equal(view?.state, "failed");
    await runner.stop();
    assert.deepEqual((await audit(desk.database)).faults, []);
  });

  it("ends a task whose answer cannot be stored", async () => {
    const { runner, submitter, settled } = start(1, () => answer("a character that is none: \u0000"));
    const [id = 0] = await idsOf(submitter, 1);
    await settled(1);
    const view = await desk.reader.task(id, payer.caller.accountId);
    assert.equal(view?.errorDescription, "Its answer could not be stored. It was not charged.");
    await runner.stop();
  });

  it("ends what its solver declines uncharged, with the reason", async () => {
    const balance = () => desk.reader.balance(payer.caller.accountId);
    const before = await balance();
    const { runner, submitter, settled } = start(1, () => ({ kind: "decline", reason: "Not in Latin." }));
    const [id = 0] = await idsOf(submitter, 1);
    await settled(1);
    const view = await desk.reader.task(id, payer.caller.accountId);
    assert.equal(view?.errorCode, "ERROR_CAPTCHA_UNSOLVABLE");
    assert.equal(view.errorDescription, "Not in Latin. It was not charged.");
    assert.equal(await balance(), before);
    await runner.stop();
  });

  it("writes down an outcome that comes with the end of the time, and takes the place back from a solver that never answers", async () => {
    const never = Promise.withResolvers<Outcome>();
    let calls = 0;
    const { runner, submitter, settlements, settled } = start(1, (_task) => {
      calls += 1;
      return calls === 1 ? never.promise : answer("the next");
    });
    const first = await submitter.submit(payer.task({ deadlineMs: 1500 }));
    assert(first.outcome === "accepted");
    const [second = 0] = await idsOf(submitter, 1);
    await settled(3);
    assert.deepEqual(
      settlements.map(({ settlement }) => settlement.to),
      ["queued", "solved", "solved"],
    );
    assert.equal((await desk.reader.task(second, payer.caller.accountId))?.state, "solved");
    await runner.stop();
  });

  it("gives a solver a signal and a deadline in whole milliseconds for tasks whose time is short", async () => {
    const tasks = Array.from({ length: 8 }, () => payer.task({ deadlineMs: 5_000 }));
    // The desk's own submitter hands nothing over: these tasks are claimed from the queue.
    await Promise.all(tasks.map((task) => desk.submitter.submit(task)));
    const deadlines: number[] = [];
    const { runner, settlements, settled } = start(8, (_task, { signal, deadline }) => {
      deadlines.push(deadline);
      return answer(signal.aborted ? "aborted" : "in time");
    });
    await settled(8);
    assert.deepEqual(
      settlements.map(({ settlement }) => settlement.to === "solved" && settlement.solution),
      settlements.map(() => ({ text: "in time" })),
    );
    assert(deadlines.every(Number.isInteger), deadlines.join(" "));
    await runner.stop();
  });

  it("fails a solver's answer that is no JSON by itself, not its neighbours", async () => {
    const { runner, submitter, settlements, settled } = start(4, ({ image }) =>
      image?.toString() === "picture 1"
        ? { kind: "answer", solution: { text: 1n }, confidence: 1 }
        : answer(image?.toString() ?? ""),
    );
    await idsOf(submitter, 3);
    await settled(2 + MAX_ATTEMPTS);
    assert.deepEqual(
      settlements.map(({ settlement }) => settlement.to).toSorted((a, b) => a.localeCompare(b)),
      ["failed", "queued", "queued", "queued", "solved", "solved"],
    );
    await runner.stop();
  });

  it("finishes what is under way when it stops, and claims no more", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { runner, submitter, settlements } = start(1, async () => {
      begun.resolve();
      await gate.promise;
      return answer("late but in time");
    });
    const [first = 0, second = 0] = await idsOf(submitter, 2);
    await begun.promise;
    const stopped = runner.stop();
    gate.resolve();
    await stopped;
    assert.equal(settlements.length, 1);
    const states = await Promise.all(
      [first, second].map(async (id) => (await desk.reader.task(id, payer.caller.accountId))?.state),
    );
    assert.deepEqual(new Set(states), new Set(["queued", "solved"]));
  });
});
