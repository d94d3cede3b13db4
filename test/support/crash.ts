import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";
import { glyphdesk, startGlyphdesk, type ChildServer } from "./process.ts";

/** Micro-dollars of one task, as the catalogue has it. */
const PRICE = 30;
const OPENING = 1000;

export interface CrashOptions {
  readonly rounds: number;
  /** Seed of every random choice; printed by the callers. */
  readonly seed: number;
  readonly connections: number;
  readonly report?: (line: string) => void;
}

export interface CrashReport {
  readonly acknowledged: number;
  /** Tasks that were created although their caller never heard of it: the answer was lost with the process. */
  readonly unacknowledged: number;
  readonly serverKills: number;
  readonly databaseKills: number;
}

interface Caller {
  readonly key: string;
  /** taskId → the text that must come back. */
  readonly acknowledged: Map<number, string>;
  /** taskId → the first answer read. */
  readonly read: Map<number, string>;
}

/**
 * Kills the server (and sometimes its database before) at random moments under load, round after round, and then checks the
 * promises: every acknowledged task is there and ends once with its own answer, answers never change, and the books
 * add up to the micro-dollar.
 */
export async function crashTest(options: CrashOptions): Promise<CrashReport> {
  const random = seeded(options.seed);
  const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-crash-"));
  const environment = {
    GLYPHDESK_DATA_DIR: dataDir,
    GLYPHDESK_API_KEY: "crash-key-1",
    GLYPHDESK_BALANCE: String(OPENING),
    GLYPHDESK_SOLVERS: "./test/support/tail-solver.js",
    GLYPHDESK_KEEP_SECONDS: "3600",
    GLYPHDESK_LOG_LEVEL: "warn",
    GLYPHDESK_POLL_LIMIT: "1000000",
  };
  const picture = await readFile(new URL("../../docs/example.png", import.meta.url));
  const callers: Caller[] = [{ key: "crash-key-1", acknowledged: new Map(), read: new Map() }];
  let server = await startGlyphdesk(environment);
  const kills = { server: 0, database: 0 };
  try {
    await glyphdesk(dataDir, "account", "create", "second", "--balance", String(OPENING));
    const { key } = JSON.parse(await glyphdesk(dataDir, "key", "create", "second", "--json")) as {
      key: string;
    };
    callers.push({ key, acknowledged: new Map(), read: new Map() });

    const acknowledged = () => callers.reduce((sum, caller) => sum + caller.acknowledged.size, 0);
    for (let round = 1; round <= options.rounds; round += 1) {
      const stop = new AbortController();
      // By the count and not by the clock, so that a slow disk sees as many tasks as a fast one.
      const enough = acknowledged() + Math.ceil(options.connections * (4 + random() * 12));
      const loaded = Promise.withResolvers<void>();
      const noted = () => {
        if (acknowledged() >= enough) loaded.resolve();
      };
      const load = Promise.all(
        Array.from({ length: options.connections }, (_, index) =>
          keepBusy(
            server.url,
            callers[index % callers.length] as Caller,
            picture,
            random,
            noted,
            stop.signal,
          ),
        ),
      );
      await Promise.race([loaded.promise, load]);
      await delay(random() * 20);
      if (random() < 0.3) {
        // The server has to live on with a database that is gone for a moment, and is then killed itself.
        kills.database += 1;
        const [pid] = (await readFile(join(dataDir, "postgresql/cluster/postmaster.pid"), "utf8")).split(
          "\n",
        );
        process.kill(Number(pid), "SIGKILL");
        await delay(random() * 1500);
      }
      kills.server += 1;
      await server.stop("SIGKILL");
      stop.abort();
      await load;
      server = await startGlyphdesk(environment);
      options.report?.(`round ${round}/${options.rounds}: ${acknowledged()} tasks acknowledged`);
    }
    for (const caller of callers) await checkAnswers(server, caller);
    const unacknowledged = await checkBooks(server, dataDir, callers);
    return {
      acknowledged: acknowledged(),
      unacknowledged,
      serverKills: kills.server,
      databaseKills: kills.database,
    };
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${String(error)}\nserver log:\n${server.stderr().slice(-4000)}`, {
      cause: error,
    });
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Creates tasks and reads some of them, noting only what the server has acknowledged, until told to stop. */
async function keepBusy(
  url: string,
  caller: Caller,
  picture: Buffer,
  random: () => number,
  noted: () => void,
  signal: AbortSignal,
): Promise<void> {
  const client = new Client(url);
  while (!signal.aborted) {
    const mark = Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36)).join("");
    const body = Buffer.concat([picture, Buffer.from(mark)]).toString("base64");
    try {
      const created = await post(client, "/createTask", {
        clientKey: caller.key,
        task: { type: "ImageToTextTask", body },
      });
      if (created["errorId"] === 0) {
        caller.acknowledged.set(Number(created["taskId"]), mark);
        noted();
      }
      const ids = [...caller.acknowledged.keys()];
      const taskId = ids[Math.floor(random() * ids.length)];
      if (taskId !== undefined) await readOnce(client, caller, taskId);
    } catch (error) {
      // The server was killed under this request: nothing was acknowledged.
      if (error instanceof assert.AssertionError) throw error;
      await delay(20);
    }
  }
  await client.destroy();
}

/**
 * Reads a task: never an error, also with the database away; a solution must be the caller's own and never change.
 * @returns whether it is ready
 */
async function readOnce(client: Client, caller: Caller, taskId: number): Promise<boolean> {
  const answer = await post(client, "/getTaskResult", { clientKey: caller.key, taskId });
  assert.equal(answer["errorId"], 0, `task ${taskId}: ${JSON.stringify(answer)}`);
  if (answer["status"] !== "ready") return false;
  const { text } = answer["solution"] as { text: string };
  assert.equal(text, caller.acknowledged.get(taskId), `task ${taskId} has another's answer`);
  const whole = JSON.stringify(answer);
  assert.equal(caller.read.get(taskId) ?? whole, whole, `the answer of task ${taskId} changed`);
  caller.read.set(taskId, whole);
  return true;
}

async function checkAnswers(server: ChildServer, caller: Caller): Promise<void> {
  const client = new Client(server.url);
  const end = performance.now() + 90_000;
  for (const taskId of caller.acknowledged.keys()) {
    while (!(await readOnce(client, caller, taskId))) {
      assert(performance.now() < end, `task ${taskId} did not end`);
      await delay(20);
    }
  }
  await client.close();
}

/** @returns how many tasks exist that nobody was told of */
async function checkBooks(server: ChildServer, dataDir: string, callers: readonly Caller[]): Promise<number> {
  const client = new Client(server.url);
  for (;;) {
    const audit = JSON.parse(await glyphdesk(dataDir, "audit", "--json")) as {
      ok: boolean;
      faults: string[];
      accounts: { balance: number; held: number }[];
    };
    assert.deepEqual(audit.faults, []);
    if (audit.accounts.some(({ held }) => held > 0)) {
      await delay(100);
      continue;
    }
    let unacknowledged = 0;
    for (const [index, { acknowledged, key }] of callers.entries()) {
      const booked = Math.round((audit.accounts[index]?.balance ?? 0) * 1_000_000);
      const spent = OPENING * 1_000_000 - booked;
      assert.equal(spent % PRICE, 0);
      assert(spent >= acknowledged.size * PRICE, `${acknowledged.size} tasks acknowledged, ${spent} spent`);
      unacknowledged += spent / PRICE - acknowledged.size;
      const { balance } = await post(client, "/getBalance", { clientKey: key });
      assert.equal(Math.round(Number(balance) * 1_000_000), booked);
    }
    await client.close();
    return unacknowledged;
  }
}

async function post(client: Client, path: string, body: object): Promise<Record<string, unknown>> {
  const { statusCode, body: answer } = await client.request({
    path,
    method: "POST",
    body: JSON.stringify(body),
    headersTimeout: 20_000,
  });
  const parsed = (await answer.json()) as Record<string, unknown>;
  assert.equal(statusCode, 200);
  return parsed;
}

/** Mulberry32: a small seeded generator of numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
