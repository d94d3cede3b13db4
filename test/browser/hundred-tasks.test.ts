import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { findType } from "../../src/protocol/catalogue/catalogue.ts";
import type { Answer, Kind } from "../../src/protocol/workspace.ts";
import { answersIn } from "../../src/solvers/text-image/bench/folder.ts";
import { goldenPictures } from "../support/golden.ts";
import { launchMortalBrowser } from "../support/browser.ts";
import { markOf, Person } from "../support/workspace-person.ts";
import { createWorkspaceStage, startWorking, type Result } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask } from "../support/workspace-tasks.ts";

/**
 * Two people, each with a browser process of their own, and the recogniser share a hundred tasks of all kinds, sent by
 * the official client. One browser is killed in the middle, with an item half answered and the next one ready.
 */
const TASKS = 100;
const AT_ONCE = 12;
const KILLED_AFTER = 40;
/** Two browsers draw without a graphics card beside all the rest. */
const QUIET = { viewport: { width: 700, height: 500 }, reducedMotion: "reduce" } as const;
const START_MICROS = 10_000_000;
const GOLDEN = fileURLToPath(new URL("../golden/", import.meta.url));

const stage = await createWorkspaceStage({ GLYPHDESK_BALANCE: String(START_MICROS / 1_000_000) });
const pictures = await goldenPictures();
/** What the recogniser makes of each, right or wrong. */
const readings = new Map((await answersIn(GOLDEN)).map(({ file, got }) => [file, got]));

interface Plan {
  readonly kind: Kind;
  /** What the recogniser answers; null: nothing. */
  readonly machine: string | null;
  readonly people: "must" | "may" | "must not";
  readonly request: () => Promise<object>;
}

/** Of five tasks one is the recogniser's, another a person's unless it is quite sure, and three are for people only. */
function planOf(index: number): Plan {
  const mark = markOf(index);
  if (index % 5 < 2) {
    const text = textTask(index);
    const sure = index % 5 === 0;
    return {
      kind: "text",
      machine: readings.get(pictures[index % pictures.length]?.file ?? "") ?? null,
      people: sure ? "must not" : "may",
      request: async () => Object.assign(await text.request(mark), !sure && { recognizingThreshold: 100 }),
    };
  }
  const { kind, request } = OTHER_TASKS[index % OTHER_TASKS.length] ?? textTask(index);
  return { kind, machine: null, people: "must", request: () => request(mark) };
}

/** What the caller hears of a person's answer. */
function solutionOf(answer: Answer): unknown {
  if ("cells" in answer) return answer.cells;
  if ("points" in answer) return answer.points.map(({ x, y }) => ({ X: x, Y: y }));
  if ("angles" in answer) return answer.angles;
  if ("choice" in answer) return [answer.choice + 1];
  return "token" in answer ? answer.token : "text" in answer ? answer.text : null;
}

/** The part of a solution that holds the answer. */
function told({ kind }: Plan, { solution = {} }: Result): unknown {
  const { text, token, answer } = solution;
  if (kind === "audio") return (answer as number[]).join("");
  return kind === "text" ? text : kind === "widget" ? token : answer;
}

it("shares a hundred tasks between two people and the recogniser, and outlives a browser", async (context) => {
  await stage.cli("rule", "set", "machine-then-people", "--type", "ImageToTextTask");
  const own = await launchMortalBrowser();
  const seats = await Promise.all([
    stage.hire("ada", { window: QUIET }),
    stage.hire("bea", { window: { ...QUIET, from: own.browser } }),
  ]);
  await Promise.all(seats.map(startWorking));
  const [ada, bea] = [new Person(seats[0]), new Person(seats[1])];

  const plans = Array.from({ length: TASKS }, (_, index) => planOf(index));
  const results: Result[] = [];
  let ended = 0;
  const queue = plans.entries();
  const send = async () => {
    for (const [index, { request }] of queue) {
      results[index] = await stage.solve({ request });
      ended += 1;
    }
  };
  let answers = 0;
  const answerUntilTheEnd = async () => {
    for (;;) await ada.answer(await ada.next(), (answers += 1));
  };
  const answerUntilKilled = async () => {
    for (;;) {
      const kind = await bea.next();
      if (ended >= KILLED_AFTER) break;
      await bea.answer(kind, (answers += 1));
    }
    await bea.written();
    assert(bea.held.size > 0, "the browser is killed with an item in hand");
    await own.kill();
  };
  const working = answerUntilTheEnd();
  await Promise.race([Promise.all([...Array.from({ length: AT_ONCE }, send), answerUntilKilled()]), working]);
  // Callers may hear of the last answer before the browser does.
  await ada.page.getByText("Nothing waiting").waitFor();
  await ada.written();
  context.diagnostic(`ada answered ${ada.sent.length}, bea ${bea.sent.length} and left ${bea.held.size}`);

  const accepted = [...ada.sent, ...bea.sent].filter(({ outcome }) => outcome === "accepted");
  const byMark = Map.groupBy(accepted, ({ mark }) => mark);
  let price = 0;
  for (const [index, plan] of plans.entries()) {
    const result = results[index] ?? {};
    const name = `task ${index} (${plan.kind})`;
    assert.equal(result.error, undefined, `${name} is lost`);
    const answered = byMark.get(markOf(index)) ?? [];
    const least = plan.people === "must" ? 1 : 0;
    const most = plan.people === "must not" ? 0 : 1;
    assert(answered.length >= least && answered.length <= most, `${answered.length} people answered ${name}`);
    const [answer] = answered;
    const expected = answer === undefined ? plan.machine : solutionOf(answer.value);
    assert.deepEqual(told(plan, result), expected, `${name} has the answer that was given to it`);
    price += findType(JSON.parse(JSON.stringify(await plan.request()))).type.price;
  }
  assert.equal([...byMark.keys()].length, accepted.length, "no answer was accepted that nobody asked for");

  const books = JSON.parse(await stage.cli("audit", "--json")) as {
    faults: string[];
    accounts: { balance: number; held: number }[];
  };
  assert.deepEqual(books.faults, []);
  assert.deepEqual(
    books.accounts.map(({ balance, held }) => ({ balance, held })),
    [{ balance: (START_MICROS - price) / 1_000_000, held: 0 }],
  );
  const { balance } = await stage.client.getBalance();
  assert.equal(Math.round(balance * 1_000_000), START_MICROS - price);
  assert.deepEqual([...seats[0].faults, ...seats[1].faults], []);

  // She still waits for the next item.
  working.catch(() => null);
});
