import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, it } from "node:test";
import { audit } from "../../src/accounts/ledger.ts";
import { inviteWorker } from "../../src/people/workers.ts";
import type { Item } from "../../src/protocol/workspace.ts";
import { addSite } from "../../src/sites/sites.ts";
import { createTestDatabase } from "../support/database.ts";
import { startGlyphdesk, type ChildServer } from "../support/process.ts";
import { Browser, type EventStream } from "../support/workspace.ts";

/** Two servers on one database, each with workers; one of them is killed while its workers hold items. */
const KEY = "people-crash-key";
const OPENING = 1_000_000_000;
const PRICE = 500;
const picture = await readFile(new URL("../../docs/example.png", import.meta.url), "base64");
const { database, url } = await createTestDatabase();
await addSite(database, { pattern: "shop.example", consent: "test" });
const environment = {
  GLYPHDESK_DATABASE_URL: url,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_BALANCE: String(OPENING / 1_000_000),
  GLYPHDESK_ROLE: "api",
  GLYPHDESK_LOG_LEVEL: "warn",
};
const survivor = await startGlyphdesk(environment);
after(() => survivor.stop());
const doomed = await startGlyphdesk(environment);
after(() => doomed.stop("SIGKILL"));

const call = async (server: ChildServer, method: string, body: object): Promise<Record<string, unknown>> => {
  const request = { method: "POST", body: JSON.stringify({ clientKey: KEY, ...body }) };
  return (await (await fetch(`${server.url}/${method}`, request)).json()) as Record<string, unknown>;
};

/** taskId of each question that was acknowledged. */
const tasks = new Map<number, number>();

async function create(server: ChildServer): Promise<number> {
  const question = tasks.size + 1;
  tasks.set(question, 0);
  const created = await call(server, "createTask", {
    task: {
      type: "ComplexImageTask",
      class: "recaptcha",
      websiteURL: "https://shop.example/",
      imagesBase64: [picture],
      metadata: { Grid: "3x3", Task: `Question ${question}?` },
    },
  });
  assert.equal(created["errorId"], 0, JSON.stringify(created));
  tasks.set(question, Number(created["taskId"]));
  return question;
}

function questionOf({ ask }: Item): number {
  assert("instruction" in ask);
  return Number(/\d+/.exec(ask.instruction ?? "")?.[0]);
}

/** Each question has an answer of its own, so that a mix-up shows. */
const cellsOf = (question: number) => Array.from({ length: 9 }, (_, cell) => (question & (1 << cell)) !== 0);
const answer = (worker: Browser, item: Item) =>
  worker.answer(item, { cells: cellsOf(questionOf(item)) }) as Promise<{ readonly outcome: string }>;

async function hire(server: ChildServer, name: string): Promise<Browser> {
  const worker = new Browser(server.url);
  await worker.acceptInvite(
    await inviteWorker(database, { name, role: "worker", kinds: ["grid"], languages: [] }),
  );
  return worker;
}

/** question → leases under which it was given to somebody. */
const given = new Map<number, Set<string>>();

async function take(worker: Browser): Promise<Item | null> {
  const item = await worker.claim();
  if (item !== null) {
    const question = questionOf(item);
    given.set(question, (given.get(question) ?? new Set()).add(item.lease));
  }
  return item;
}

/** Lets workers answer whatever comes until so many tasks are answered, whoever answers them. */
async function answerAll(crew: readonly (readonly [Browser, EventStream])[], count: number): Promise<void> {
  let left = count;
  const done = Promise.withResolvers<void>();
  const work = crew.map(async ([worker, events]) => {
    while (left > 0) {
      const item = await take(worker);
      if (item === null) await Promise.race([events.next("waiting"), done.promise]);
      else {
        assert.equal((await answer(worker, item)).outcome, "accepted");
        if ((left -= 1) === 0) done.resolve();
      }
    }
  });
  await Promise.all(work);
}

const taskOf = (item: Item) => [tasks.get(questionOf(item))];

/** Milliseconds until an item's lease is over. */
async function leftOf(item: Item): Promise<number> {
  const [row] = await database.query<{ ms: number }>(
    "select extract(epoch from leased_until - now())::float8 * 1000 as ms from tasks where id = $1",
    taskOf(item),
  );
  return row?.ms ?? 0;
}

/** As if half a minute had passed. */
async function endLease(item: Item): Promise<void> {
  await database.query("update tasks set leased_until = now() where id = $1", taskOf(item));
}

it("nobody is given another's item, and a server that is killed loses none", async () => {
  const [ada, ben] = [await hire(survivor, "Ada"), await hire(survivor, "Ben")];
  const [moving, gone] = [await hire(doomed, "moving"), await hire(doomed, "gone")];
  const online = async (worker: Browser) => [worker, await worker.events()] as const;
  const stays = [await online(ada), await online(ben)];
  const lives = [await online(moving), await online(gone)];

  const load = Array.from({ length: 40 }, (_, n) => create(n % 2 === 0 ? survivor : doomed));
  await Promise.all([...load, answerAll([...stays, ...lives], load.length)]);
  assert.equal(given.size, load.length);
  for (const [question, leases] of given)
    assert.equal(leases.size, 1, `question ${question} was given twice`);

  // An item that its worker never gets back to, and an answer that is on its way when the server dies.
  await Promise.all([create(doomed), create(doomed)]);
  const [lost, sent] = [await take(gone), await take(moving)];
  assert(lost && sent);
  const unheard = answer(moving, sent).catch(() => null);
  await doomed.stop("SIGKILL");
  await unheard;
  await Promise.allSettled(lives.map(([, events]) => events.ended));

  moving.moveTo(survivor.url);
  assert.equal((await answer(moving, sent)).outcome, "accepted", "sent again to the other server");
  const crew = [...stays, await online(moving)];
  await Promise.all([...Array.from({ length: 20 }, () => create(survivor)), answerAll(crew, 20)]);
  assert.equal(given.get(questionOf(lost))?.size, 1, "nobody else was given the item under its lease");
  assert((await leftOf(lost)) > 10_000);
  await endLease(lost);
  await answerAll(crew, 1);
  for (const [question, { size }] of given) assert.equal(size, question === questionOf(lost) ? 2 : 1);

  gone.moveTo(survivor.url);
  const late = await gone.answer(lost, { cells: cellsOf(0) });
  assert.equal((late as { outcome: string }).outcome, "late");
  for (const [question, taskId] of tasks) {
    const result = await call(survivor, "getTaskResult", { taskId });
    assert.deepEqual(result["solution"], { answer: cellsOf(question) }, `question ${question}`);
  }
  const { accounts, faults } = await audit(database);
  assert.deepEqual(faults, []);
  assert.partialDeepStrictEqual(accounts, [{ held: 0, balance: OPENING - tasks.size * PRICE }]);
  await Promise.all(crew.map(([, events]) => events.close()));
});
