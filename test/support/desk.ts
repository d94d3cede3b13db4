import { after } from "node:test";
import { createAccount, type Account } from "../../src/accounts/accounts.ts";
import { createKey, KeyRing, type Caller } from "../../src/accounts/keys.ts";
import type { Micros } from "../../src/base/money.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { PeopleDesk } from "../../src/people/desk.ts";
import { createWidgetDesk } from "../../src/people/widget-desk.ts";
import { splitClientKey } from "../../src/protocol/client-key.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { LaneHints } from "../../src/tasks/hints.ts";
import { Reader } from "../../src/tasks/read.ts";
import { RecentImages } from "../../src/tasks/recent-images.ts";
import { RecentResults } from "../../src/tasks/recent-results.ts";
import { Settler } from "../../src/tasks/settle.ts";
import { Submitter, type NewTask } from "../../src/tasks/submit.ts";
import { GuardedSubmitter } from "../../src/tasks/submit-guarded.ts";
import { Waiters } from "../../src/tasks/waiters.ts";
import { WidgetTickets } from "../../src/widgets/tickets.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** Where widgets would be shown; nothing listens there. */
const WIDGET_ORIGIN = "https://widgets.example";

/** The engine on a fresh database, without HTTP and without solvers. */
export interface TestDesk extends TestDatabase {
  readonly submitter: Submitter;
  readonly guarded: GuardedSubmitter;
  readonly waiters: Waiters;
  readonly settler: Settler;
  /** Shares nothing with the two above: what it answers comes from the database. */
  readonly reader: Reader;
  readonly images: RecentImages;
  /** Of submitter and settler. */
  readonly results: RecentResults;
  readonly people: PeopleDesk;
  /** Makes an account with one key. */
  addAccount(name: string, balance: Micros): Promise<TestAccount>;
}

export interface TestAccount {
  readonly account: Account;
  readonly key: string;
  readonly caller: Caller;
  /** A task of this account that is ready to be submitted. */
  task(this: void, overrides?: Partial<NewTask>): NewTask;
}

export async function createTestDesk(): Promise<TestDesk> {
  const testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  const images = new RecentImages(1_000_000);
  const results = new RecentResults();
  const keys = new KeyRing(database);
  const waiters = new Waiters(database, results);
  const people = new PeopleDesk({
    database,
    logger: silentLogger,
    keepSeconds: 600,
    examples: new Examples(90),
    widgets: createWidgetDesk(new WidgetTickets({ database, origin: WIDGET_ORIGIN, port: () => 0 })),
  });
  after(() => people.floor.stop());
  const hints = new LaneHints(database);
  const onQueued = (lane: string) => hints.tell(lane);
  return {
    ...testDatabase,
    images,
    people,
    results,
    submitter: new Submitter(database, images, results, null, onQueued),
    guarded: new GuardedSubmitter(database, images, onQueued),
    waiters,
    settler: new Settler(database, 600, results),
    reader: new Reader(database, new RecentResults()),
    async addAccount(name, balance) {
      const account = await createAccount(database, name, balance);
      const key = await createKey(database, name);
      const caller = await keys.find(splitClientKey(key).key);
      if (caller === null) throw new Error("the new key is not found");
      return {
        account,
        key,
        caller,
        task: (overrides) => ({
          ...caller,
          type: "ImageToTextTask",
          lane: "machine",
          price: 30,
          deadlineMs: 60_000,
          fields: {},
          image: Buffer.from("a picture"),
          ...overrides,
        }),
      };
    },
  };
}
