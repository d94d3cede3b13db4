import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  disableWorker,
  endSessions,
  inviteWorker,
  renewInvitation,
  type Worker,
} from "../../src/people/workers.ts";
import { KINDS } from "../../src/protocol/workspace.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createPeopleStage } from "../support/people-stage.ts";
import { Browser, PASSWORD, startWorkspace } from "../support/workspace.ts";

const { desk, workspace, caller, grid } = await createPeopleStage();
const { database } = desk;
const behindProxy = await startWorkspace(desk.people, "127.0.0.1");
const runCommand = startCommands({ GLYPHDESK_DATABASE_URL: desk.url });
const create = () => caller.create(grid());

const owner = await workspace.hire();
const stream = await owner.events();
const taskId = await create();
const item = await owner.take();
const ITEM = `items/${item.lease}`;

/** Every call, with a body that is right. */
const CALLS: readonly (readonly ["GET" | "POST" | "PUT", string, object?])[] = [
  ["GET", "session"],
  ["GET", "events"],
  ["GET", "history"],
  ["GET", "history/1"],
  ["GET", "history/1/file/0"],
  ["GET", `${ITEM}/file/0`],
  ["POST", "sign-out"],
  ["PUT", "preferences", { kinds: [] }],
  ["POST", "claim"],
  ["POST", `${ITEM}/show`],
  ["POST", `${ITEM}/heartbeat`],
  ["POST", `${ITEM}/answer`, { value: { cells: [false] }, shownMs: 1 }],
  ["POST", `${ITEM}/skip`],
  ["POST", `${ITEM}/unsolvable`, { reason: "other" }],
  ["POST", `${ITEM}/release`],
  ["POST", "history/1/fix", { value: { cells: [false] } }],
];

async function untouched(): Promise<void> {
  const [task] = await database.query<{ state: string; mine: boolean }>(
    "select t.state, i.ended_at is null as mine from tasks t join worker_items i on i.lease = t.lease where t.id = $1",
    [taskId],
  );
  assert.deepEqual(task, { state: "leased", mine: true });
}

describe("without a session", () => {
  for (const [method, path, sent] of CALLS) {
    it(`${method} ${path} is refused`, async () => {
      const nobody = new Browser(workspace.url);
      for (const cookie of ["", "glyphdesk_session=", `glyphdesk_session=${"x".repeat(43)}`]) {
        nobody.cookie = cookie;
        assert.equal((await nobody.call(method, path, sent)).status, 401);
      }
      await untouched();
    });
  }
});

describe("without the CSRF token, or from another site", () => {
  for (const [method, path, sent] of CALLS.filter(([method]) => method !== "GET")) {
    it(`${method} ${path} is refused`, async () => {
      const victim = new Browser(workspace.url);
      victim.cookie = owner.cookie;
      assert.equal((await victim.call(method, path, sent)).status, 403);
      victim.csrf = "wrong".repeat(9);
      assert.equal((await victim.call(method, path, sent)).status, 403);
      victim.csrf = owner.csrf;
      const elsewhere = await victim.call(method, path, sent, { origin: "https://evil.example" });
      assert.equal(elsewhere.status, 403);
      await untouched();
    });
  }
});

describe("a stranger's session", () => {
  it("cannot read, answer or touch another's item, nor guess it", async () => {
    const stranger = await workspace.hire();
    for (const [method, path, sent] of CALLS.filter(([, path]) => path.startsWith("items/"))) {
      const { status } = await stranger.call(method, path, sent);
      // Skipping or releasing what one does not have changes nothing, and a page need not be told.
      assert([204, 410].includes(status), `${path}: ${status}`);
    }
    assert.equal((await stranger.call("GET", "items/1-1/file/0")).status, 410);
    assert.equal((await stranger.call("GET", "items/..%2F..%2Fetc/file/0")).status, 410);
    await untouched();
  });

  it("sees nothing of kinds or languages that it is not allowed, nor everybody's history", async () => {
    await create();
    const reader = await workspace.hire({ kinds: ["text"] });
    const events = await reader.events();
    await reader.call("PUT", "preferences", { kinds: ["grid", "text"] });
    assert.equal(await reader.claim(), null);
    assert.equal((await reader.call("GET", "history?all=1")).status, 403);
    await events.close();
  });

  it("that is for text only learns nothing of a grid: not that it waits, nor its picture, nor what was answered", async () => {
    const other = await workspace.hire();
    const events = await other.events();
    await create();
    const given = (await other.answer(await other.take(), { cells: [true] })) as { historyId: string };
    await create();
    const reader = await workspace.hire({ kinds: ["text"] });
    const reading = await reader.events();
    const { body: session } = await reader.call("GET", "session");
    assert.equal((session as { waiting: number }).waiting, 0);
    assert.deepEqual([await reader.claim(), await reader.claim(true)], [null, null]);
    assert.equal((await reader.call("GET", `${ITEM}/file/0`)).status, 410);
    assert.equal((await reader.call("GET", `history/${given.historyId}`)).status, 410);
    assert.equal((await reader.call("GET", `history/${given.historyId}/file/0`)).status, 410);
    const fix = await reader.call("POST", `history/${given.historyId}/fix`, { value: { cells: [false] } });
    assert.deepEqual([fix.status, fix.body], [200, { outcome: "too-late" }]);
    const { body: history } = await reader.call("GET", "history");
    assert.deepEqual(history, { rows: [] });
    await Promise.all([events.close(), reading.close()]);
  });

  it("as an auditor only reads, and is not counted as being there", async () => {
    const auditor = await workspace.hire({ role: "auditor" });
    const events = await auditor.events();
    assert.equal((await auditor.call("POST", "claim")).status, 403);
    assert.equal((await auditor.call("GET", "history?all=1")).status, 200);
    await events.close();
  });
});

describe("a worker's sessions", () => {
  it("are five at most: the oldest ends when another begins", async () => {
    const first = await workspace.hire({ name: "Often" });
    const events = await first.events();
    const later = Array.from({ length: 5 }, () => new Browser(workspace.url));
    for (const browser of later) await browser.signIn("Often");
    assert.deepEqual(await events.next("ended"), { reason: "too-many" });
    assert.equal((await first.call("GET", "session")).status, 401);
    for (const browser of later) assert.equal((await browser.call("GET", "session")).status, 200);
  });

  it("are one person who is there", async () => {
    await workspace.hire({ name: "Twice" });
    await new Browser(workspace.url).signIn("Twice");
    const streams = await database.query(
      `insert into worker_presence (connection, session_id, kinds, until)
       select gen_random_uuid(), s.id, '{juggling}', now() + interval '1 minute'
       from worker_sessions s join workers w on w.id = s.worker_id where w.name = 'Twice' returning 1`,
    );
    assert.equal(streams.length, 2);
    assert.equal(await desk.people.presence.count("juggling"), 1);
  });
});

describe("a stream that could not be opened", () => {
  it("answers with an error, and its worker is not counted as present later", async () => {
    const worker = await workspace.hire({ name: "Ghost" });
    await database.query(`create function refuse_presence() returns trigger language plpgsql as
      $$ begin raise exception 'out of order'; end $$`);
    await database.query(`create trigger refuse_presence before insert or update on worker_presence
      for each row execute function refuse_presence()`);
    try {
      assert.ok((await worker.call("GET", "events?taking=1")).status >= 500);
    } finally {
      await database.query("drop trigger refuse_presence on worker_presence");
    }
    const events = await worker.events();
    const present = async () => {
      const [row] = await database.query<{ streams: number; newest: string }>(
        `select count(*)::int as streams, max(p.until)::text as newest from worker_presence p
         join worker_sessions s on s.id = p.session_id join workers w on w.id = s.worker_id where w.name = 'Ghost'`,
      );
      return row!;
    };
    const first = await present();
    let now = first;
    while (now.newest === first.newest) now = await present(); // until all streams have been renewed
    assert.equal(now.streams, 1);
    await events.close();
  });
});

describe("an operator's word", () => {
  it("ends a worker's sessions at once, and what they hold goes back", async () => {
    const worker = await workspace.hire();
    const events = await worker.events();
    const held = await worker.take();
    const { body: session } = await worker.call("GET", "session");
    const { name } = (session as { worker: { name: string } }).worker;
    await disableWorker(database, name);
    assert.deepEqual(await events.next("ended"), { reason: "disabled" });
    const [id, lease] = held.lease.split("-");
    const open = "select 1 from worker_items where id = $1 and lease = $2 and ended_at is null";
    while ((await database.query(open, [id, lease])).length > 0);
    assert.equal((await worker.call("GET", "session")).status, 401);
    assert.equal((await worker.call("POST", `items/${held.lease}/answer`, {})).status, 401);
    const back = await new Browser(workspace.url).call("POST", "sign-in", { name, password: PASSWORD });
    assert.equal(back.status, 401);
    await assert.rejects(endSessions(database, name).then(() => disableWorker(database, "nobody")));
  });

  it("sent as a new invitation to one who was shut out leaves the old password dead", async () => {
    for (const again of ["the command", "the console"]) {
      const name = `Out by ${again}`;
      await workspace.hire({ name });
      await disableWorker(database, name);
      if (again === "the console") await renewInvitation(database, name);
      else await inviteWorker(database, { name, role: "worker", kinds: ["text"], languages: [] });
      const back = await new Browser(workspace.url).call("POST", "sign-in", { name, password: PASSWORD });
      assert.equal(back.status, 401, again);
    }
  });

  it("sent as a new invitation takes at once what is no longer allowed, and nobody is signed out for nothing", async () => {
    const worker = await workspace.hire({ name: "Narrowed" });
    const events = await worker.events();
    await create();
    const held = await worker.take();
    const again = { name: "Narrowed", role: "worker", kinds: ["text"], languages: [] } as const;
    const token = await inviteWorker(database, again);
    assert.equal((await worker.call("POST", `items/${held.lease}/heartbeat`)).status, 410);
    await new Browser(workspace.url).acceptInvite(token);
    assert.deepEqual(await events.next("ended"), { reason: "new-password" });
    const { code, stderr } = await runCommand("worker", "sign-out", "Nobody");
    assert.equal(code, 1);
    assert.match(stderr, /No worker is called "Nobody"\. See `glyphdesk worker list`/);
  });

  it("changes of whom it invites again what is named, and nothing else", async () => {
    const invite = async (...flags: string[]) => {
      await answerOf(runCommand("worker", "invite", "Gus", ...flags, "--json"));
      const workers = (await answerOf(runCommand("worker", "list", "--json"))) as Worker[];
      const gus = workers.find(({ name }) => name === "Gus");
      assert(gus);
      return [gus.role, gus.allowed, gus.languages];
    };
    assert.deepEqual(await invite(), ["worker", [...KINDS], []]);
    assert.deepEqual(await invite("--kinds", "text,grid", "--languages", "de"), [
      "worker",
      ["text", "grid"],
      ["de"],
    ]);
    assert.deepEqual(await invite(), ["worker", ["text", "grid"], ["de"]]);
    assert.deepEqual(await invite("--role", "operator"), ["operator", ["text", "grid"], ["de"]]);
    assert.deepEqual(await invite("--languages", "en"), ["operator", ["text", "grid"], ["en"]]);
    assert.deepEqual(await invite("--role", "auditor"), ["auditor", [], ["en"]]);
    assert.deepEqual(await invite(), ["auditor", [], ["en"]]);
    assert.deepEqual(await invite("--role", "worker"), ["worker", [...KINDS], ["en"]]);
  });

  it("invites once, with a password that is no short one", async () => {
    const invited = await answerOf(runCommand("worker", "invite", "Ada", "--kinds", "text,grid", "--json"));
    const { link } = invited as { link: string };
    const token = new URL(link).hash.replace("#invite=", "");
    const browser = new Browser(workspace.url);
    assert.deepEqual(await browser.post("invite", { token }), { name: "Ada" });
    const weak = await browser.call("POST", "accept-invite", { token, password: "short" });
    assert.equal(weak.status, 422);
    const taken = await browser.call("POST", "accept-invite", { token, password: PASSWORD });
    assert.equal(taken.status, 200);
    assert.match(String(taken.headers["set-cookie"]), /HttpOnly; SameSite=Strict; Path=\/workspace/);
    assert.doesNotMatch(String(taken.headers["set-cookie"]), /Secure/);
    assert.equal((await browser.call("POST", "accept-invite", { token, password: PASSWORD })).status, 410);
    const secure = await browser.call(
      "POST",
      "sign-in",
      { name: "Ada", password: PASSWORD },
      {
        "x-forwarded-proto": "https",
      },
    );
    assert.match(String(secure.headers["set-cookie"]), /; Secure$/);
    const [row] = await database.query<{ password: string }>(
      "select password from workers where name = 'Ada'",
    );
    assert.match(row?.password ?? "", /^\$argon2id\$/);
  });

  it("is not kept by a cache", async () => {
    for (const path of ["session", "history"]) {
      const { status, headers } = await owner.call("GET", path);
      assert.deepEqual([status, headers["cache-control"]], [200, "no-store"], path);
    }
  });

  it("lets nobody guess passwords", async () => {
    await inviteWorker(database, { name: "Eve", role: "worker", kinds: ["text"], languages: [] });
    const guesser = new Browser(workspace.url);
    const statuses: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      statuses.push((await guesser.call("POST", "sign-in", { name: "Eve", password: `guess ${n}` })).status);
    }
    assert.deepEqual(
      statuses.slice(0, 8),
      Array.from({ length: 8 }, () => 401),
    );
    assert.deepEqual(statuses.slice(8), [429, 429]);
  });

  it("counts failures for the address that a proxy of the operator's names, and believes nobody else", async () => {
    await inviteWorker(database, { name: "Fay", role: "worker", kinds: ["text"], languages: [] });
    const statuses = async ({ url }: { readonly url: string }) => {
      const seen: number[] = [];
      for (const address of [...Array.from({ length: 9 }, () => "192.0.2.1"), "192.0.2.2"]) {
        const from = { "x-forwarded-for": address };
        seen.push(
          (await new Browser(url).call("POST", "sign-in", { name: "Fay", password: "guess" }, from)).status,
        );
      }
      return seen.slice(7);
    };
    assert.deepEqual(await statuses(behindProxy), [401, 429, 401]);
    assert.deepEqual(await statuses(workspace), [401, 429, 429]);
  });
});

it("leaves the owner's item where it was through all of that", async () => {
  await untouched();
  await owner.answer(item, { cells: [true] });
  assert.deepEqual((await caller.result(taskId))["solution"], {
    answer: [true],
  });
  await stream.close();
});
