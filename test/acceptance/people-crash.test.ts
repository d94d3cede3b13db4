import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, it } from "node:test";
import { inviteWorker } from "../../src/people/workers.ts";
import type { Item } from "../../src/protocol/workspace.ts";
import { addSite } from "../../src/sites/sites.ts";
import { runCommand } from "../support/command.ts";
import { createTestDatabase } from "../support/database.ts";
import { startGlyphdesk, type ChildServer } from "../support/process.ts";
import { Browser, type EventStream } from "../support/workspace.ts";

/** Two processes of the built server on one database, people at both, and one of them killed in the middle. */
const KEY = "people-crash-1";
const PRICE = 500;
const { database, url } = await createTestDatabase();
const environment = {
  GLYPHDESK_DATABASE_URL: url,
  GLYPHDESK_API_KEY: KEY,
  GLYPHDESK_BALANCE: "1",
  GLYPHDESK_ROLE: "api",
  GLYPHDESK_WIDGET_PORT: "0",
  GLYPHDESK_LOG_LEVEL: "silent",
};
const servers: ChildServer[] = [];
after(() => Promise.all(servers.map((server) => server.stop())));
async function start(): Promise<ChildServer> {
  const server = await startGlyphdesk(environment);
  servers.push(server);
  return server;
}
const first = await start();
const second = await start();
await addSite(database, { pattern: "shop.example", consent: "test" });
const picture = (await readFile(new URL("../../docs/example.png", import.meta.url))).toString("base64");

interface Person {
  readonly browser: Browser;
  readonly events: EventStream;
}

async function hire(server: ChildServer, name: string): Promise<Person> {
  const token = await inviteWorker(database, { name, role: "worker", kinds: ["grid"], languages: [] });
  const browser = new Browser(server.url);
  await browser.acceptInvite(token);
  return { browser, events: await browser.events() };
}

async function call(server: ChildServer, method: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}/${method}`, {
    method: "POST",
    body: JSON.stringify({ clientKey: KEY, ...body }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

/** taskId → the number in its question; its right answer is that number's binary digits. */
const asked = new Map<number, number>();
const cellsOf = (number: number) => Array.from({ length: 9 }, (_, bit) => ((number >> bit) & 1) === 1);

async function create(server: ChildServer): Promise<void> {
  const number = asked.size + 1;
  const answer = await call(server, "createTask", {
    task: {
      type: "ComplexImageTask",
      class: "recaptcha",
      websiteURL: "https://shop.example/",
      imagesBase64: [picture],
      metadata: { Grid: "3x3", Task: String(number) },
    },
  });
  assert.equal(answer["errorId"], 0, JSON.stringify(answer));
  asked.set(Number(answer["taskId"]), number);
}

const numberOf = ({ ask }: Item) => Number("instruction" in ask ? ask.instruction : NaN);

/** Works until so many items were answered by these people together. @returns what was given to each, in order */
async function work(people: readonly Person[], total: number): Promise<number[][]> {
  const done = Promise.withResolvers<void>();
  let answered = 0;
  return Promise.all(
    people.map(async ({ browser, events }) => {
      const given: number[] = [];
      while (answered < total) {
        const item = await browser.claim();
        if (item === null) {
          await Promise.race([events.next("waiting"), done.promise]);
          continue;
        }
        given.push(numberOf(item));
        const { outcome } = (await browser.answer(item, { cells: cellsOf(numberOf(item)) })) as {
          outcome: string;
        };
        assert.equal(outcome, "accepted");
        answered += 1;
        if (answered >= total) done.resolve();
      }
      return given;
    }),
  );
}

async function checkAll(server: ChildServer): Promise<void> {
  for (const [taskId, number] of asked) {
    const answer = await call(server, "getTaskResult", { taskId });
    assert.deepEqual(answer["solution"], { answer: cellsOf(number) }, JSON.stringify(answer));
  }
  const { stdout } = await runCommand(["audit", "--json"], { GLYPHDESK_DATABASE_URL: url });
  const { faults, accounts } = JSON.parse(stdout) as {
    faults: string[];
    accounts: { balance: number; held: number }[];
  };
  assert.deepEqual(faults, []);
  assert.deepEqual(
    accounts.map(({ balance, held }) => ({ balance, held })),
    [{ balance: 1_000_000 - asked.size * PRICE, held: 0 }],
  );
}

const here = [await hire(first, "here 1"), await hire(first, "here 2")];
const there = [await hire(second, "there 1"), await hire(second, "there 2")];

it("gives nobody the same item twice, whichever process they are connected to", async () => {
  const working = work([...here, ...there], 40);
  await Promise.all(Array.from({ length: 40 }, (_, n) => create(n % 2 === 0 ? first : second)));
  const given = await working;
  assert.deepEqual(
    given.flat().toSorted((a, b) => a - b),
    Array.from({ length: 40 }, (_, n) => n + 1),
  );
  assert(given.slice(0, 2).flat().length > 0 && given.slice(2).flat().length > 0, JSON.stringify(given));
  await checkAll(second);
});

it("gives what the killed process's people held to others within its lease, and each is paid once", async (test) => {
  for (let n = 0; n < 8; n += 1) await create(second);
  const held = await Promise.all(here.map(({ browser }) => browser.take()));
  const ahead = await Promise.all(here.map(({ browser }) => browser.claim(true)));
  assert(ahead.every((item) => item !== null));
  const killed = performance.now();
  await first.stop("SIGKILL");
  const given = (await work(there, 8)).flat();
  const tookMs = performance.now() - killed;
  test.diagnostic(`the last of what was held was answered ${(tookMs / 1000).toFixed(1)} s after the kill`);
  assert(tookMs < 40_000, "30 s of lease, and what the sweeper and the answer take");
  assert.equal(new Set(given).size, 8);

  // The dead process's people come back with the sessions they had, and with answers that nobody needs any more.
  const again = await start();
  for (const [n, { browser }] of here.entries()) {
    const back = new Browser(again.url);
    Object.assign(back, { cookie: browser.cookie, csrf: browser.csrf });
    const item = held[n] as Item;
    assert.equal((await back.call("POST", `items/${item.lease}/heartbeat`)).status, 410);
    const late = (await back.answer(item, { cells: cellsOf(0) })) as { outcome: string };
    assert.equal(late.outcome, "late");
    assert.equal(await back.claim(), null);
  }
  await checkAll(again);
});
