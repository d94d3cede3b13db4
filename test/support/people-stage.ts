import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { audit } from "../../src/accounts/ledger.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { NewWorker } from "../../src/people/workers.ts";
import { Runner } from "../../src/solvers/runner.ts";
import type { Outcome } from "../../src/solvers/solver.ts";
import { addSite } from "../../src/sites/sites.ts";
import { setRule, type Consensus, type Mode } from "../../src/tasks/rules.ts";
import { TASKS_CHANNEL } from "../../src/tasks/hints.ts";
import { sweep } from "../../src/tasks/sweep.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { startWorkspace, type Browser, type EventStream, type TestWorkspace } from "./workspace.ts";

/** A caller, whose key and books are their own. */
export interface StageCaller {
  readonly key: string;
  readonly keyId: number;
  /** Hands a task in, which must be accepted. @returns its taskId */
  create(this: void, task: object): Promise<number>;
  result(this: void, taskId: number): Promise<Record<string, unknown>>;
  /** Polls until the task has ended. */
  ended(taskId: number): Promise<Record<string, unknown>>;
  /** Balance and what is held; everybody's books must add up. */
  books(this: void): Promise<{ readonly balance: number; readonly held: number }>;
  /** What was paid in all, with nothing held any more. */
  paid(): Promise<number>;
}

/** The public app, the workspace over the same desk, an authorised site, and somebody who asks. */
export interface PeopleStage extends TestApp {
  readonly workspace: TestWorkspace;
  readonly caller: StageCaller;
  /** docs/example.png in Base64. */
  readonly picture: string;
  /** A recaptcha grid of one cell of the authorised site, with this question. */
  readonly grid: (question?: string) => object;
  readonly addCaller: (name: string) => Promise<StageCaller>;
  /** A caller with a rule for its key, which holds already. */
  readonly callerWith: (mode: Mode, consensus?: Consensus) => Promise<StageCaller>;
  /**
   * So many workers, or these, who are online for the length of the work; what it leaves does not wait for the next ones.
   */
  readonly withWorkers: (
    hired: number | readonly Partial<NewWorker>[],
    work: (workers: readonly Browser[], events: readonly EventStream[]) => Promise<void>,
  ) => Promise<void>;
  /** Starts a recogniser that says this of every picture. */
  readonly startReader: (outcome: Outcome) => void;
}

const OPENING = 1_000_000;

/** Call it at the top level of a file. */
export async function createPeopleStage(
  environment: Readonly<Record<string, string>> = {},
): Promise<PeopleStage> {
  const testApp = await createTestApp(environment);
  const { desk, call, rules } = testApp;
  const { people, database } = desk;
  const workspace = await startWorkspace(people);
  database.listen(TASKS_CHANNEL, (lane) => people.floor.wake(lane));
  await addSite(database, { pattern: "shop.example", consent: "test" });
  const picture = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");
  let runner: Runner | null = null;

  const addCaller = async (name: string): Promise<StageCaller> => {
    const { key, caller } = await desk.addAccount(name, OPENING);
    const result = (taskId: number) => call("getTaskResult", { clientKey: key, taskId });
    const books = async () => {
      const { accounts, faults } = await audit(database);
      assert.deepEqual(faults, []);
      const row = accounts.find(({ account }) => account === name);
      assert(row);
      return { balance: row.balance, held: row.held };
    };
    return {
      key,
      keyId: caller.keyId,
      result,
      async create(task) {
        const answer = await call("createTask", { clientKey: key, task });
        assert.equal(answer["errorId"], 0, JSON.stringify(answer));
        runner?.wake();
        return Number(answer["taskId"]);
      },
      async ended(taskId) {
        let answer = await result(taskId);
        while (answer["status"] === "processing") answer = await result(taskId);
        return answer;
      },
      books,
      async paid() {
        const { balance, held } = await books();
        assert.equal(held, 0);
        return OPENING - balance;
      },
    };
  };
  let ruled = 0;

  return {
    ...testApp,
    workspace,
    caller: await addCaller("caller"),
    picture,
    addCaller,
    async callerWith(mode, consensus = "1") {
      const own = await addCaller(`${mode} ${consensus} ${(ruled += 1)}`);
      await setRule(database, { key: own.key, type: null }, { mode, consensus });
      const holds = () => isDeepStrictEqual(rules.of(own.keyId, ""), { mode, consensus });
      while (!holds()) await database.query("select 1");
      return own;
    },
    grid: (question = "Is it?") => ({
      type: "ComplexImageTask",
      class: "recaptcha",
      websiteURL: "https://shop.example/",
      imagesBase64: [picture],
      metadata: { Grid: "1x1", Task: question },
    }),
    async withWorkers(hired, work) {
      const wanted = typeof hired === "number" ? Array.from({ length: hired }, () => ({})) : hired;
      const workers: Browser[] = [];
      for (const worker of wanted) workers.push(await workspace.hire(worker));
      const events = await Promise.all(workers.map((worker) => worker.events()));
      try {
        await work(workers, events);
      } finally {
        await Promise.all(events.map((stream) => stream.close()));
        await database.query(
          "update tasks set deadline_at = now(), leased_until = least(leased_until, now())",
        );
        await sweep(database, 600);
      }
    },
    startReader(outcome) {
      const started = new Runner({
        solver: { id: "reader", capacity: 4, accepts: () => true, solve: async () => outcome },
        lane: "machine",
        database,
        images: desk.images,
        settler: desk.settler,
        logger: silentLogger,
        node: "test",
        people: people.presence,
      });
      started.start();
      runner = started;
      after(() => started.stop(0));
    },
  };
}
