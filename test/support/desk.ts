import { after } from "node:test";
import { createAccount, type Account } from "../../src/accounts/accounts.ts";
import { createKey, KeyRing, type Caller } from "../../src/accounts/keys.ts";
import type { Micros } from "../../src/base/money.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { PeopleDesk } from "../../src/people/desk.ts";
import { splitClientKey } from "../../src/protocol/client-key.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { Reader } from "../../src/tasks/read.ts";
import { RecentImages } from "../../src/tasks/recent-images.ts";
import { Settler } from "../../src/tasks/settle.ts";
import { Submitter, type NewTask } from "../../src/tasks/submit.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** The engine on a fresh database, without HTTP and without solvers. */
export interface TestDesk extends TestDatabase {
  readonly submitter: Submitter;
  readonly settler: Settler;
  readonly reader: Reader;
  readonly images: RecentImages;
  readonly people: PeopleDesk;
  /** Makes an account with one key. */
  addAccount(name: string, balance: Micros): Promise<TestAccount>;
}

export interface TestAccount {
  readonly account: Account;
  readonly key: string;
  readonly caller: Caller;
  /** A task of this account that is ready to be submitted. */
  task(overrides?: Partial<NewTask>): NewTask;
}

export async function createTestDesk(): Promise<TestDesk> {
  const testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  const images = new RecentImages(1_000_000);
  const keys = new KeyRing(database);
  const people = new PeopleDesk({
    database,
    logger: silentLogger,
    keepSeconds: 600,
    examples: new Examples(90),
    widgets: null,
  });
  after(() => people.floor.stop());
  return {
    ...testDatabase,
    images,
    people,
    submitter: new Submitter(database, images, null),
    settler: new Settler(database, 600),
    reader: new Reader(database),
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
