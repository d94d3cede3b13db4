import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConsoleWorker, InvitationAnswer, WorkersAnswer } from "../../src/protocol/console.ts";
import { createPeopleStage } from "../support/people-stage.ts";
import { Browser, PASSWORD } from "../support/workspace.ts";

/** The operator's calls about workers, from signing in to what the worker's page hears of it. */
const { workspace, caller, grid } = await createPeopleStage();
const { url } = workspace;

async function signIn(role: "operator" | "auditor", name: string): Promise<Browser> {
  await workspace.hire({ role, name });
  const browser = new Browser(url, "console");
  await browser.signIn(name);
  return browser;
}

const boss = await signIn("operator", "Boss");
const auditor = await signIn("auditor", "Audit");

async function find(name: string): Promise<ConsoleWorker> {
  const { body } = await boss.call("GET", "workers");
  const worker = (body as WorkersAnswer).workers.find((one) => one.name === name);
  assert(worker);
  return worker;
}

const invitation = (name: string) => ({ name, role: "worker", kinds: ["text", "grid"], languages: ["DE"] });

async function invite(name: string): Promise<InvitationAnswer> {
  return (await boss.post("workers", invitation(name))) as InvitationAnswer;
}

const tokenOf = ({ link }: InvitationAnswer) => new URL(link).hash.replace("#invite=", "");

/** Every call that changes something, with a body that is right. */
const target = (await invite("Target")).worker.id;
const CHANGES: readonly (readonly ["POST" | "PATCH", string, object])[] = [
  ["POST", "workers", invitation("Never")],
  ["PATCH", `workers/${target}`, { kinds: ["widget"] }],
  ["POST", `workers/${target}/invite`, {}],
  ["POST", `workers/${target}/pause`, { reason: "because" }],
  ["POST", `workers/${target}/resume`, {}],
  ["POST", `workers/${target}/sign-out`, {}],
  ["POST", `workers/${target}/disable`, {}],
  ["POST", `workers/${target}/enable`, {}],
];
const before = await find("Target");

describe("who may change nothing", () => {
  const nobody = new Browser(url, "console");
  for (const [method, path, body] of CHANGES) {
    it(`is refused ${method} ${path}`, async () => {
      assert.equal((await nobody.call(method, path, body)).status, 401);
      assert.equal((await auditor.call(method, path, body)).status, 403);

      const worker = await workspace.hire();
      const outsider = new Browser(url, "console");
      Object.assign(outsider, { cookie: worker.cookie, csrf: worker.csrf });
      assert.equal((await outsider.call(method, path, body)).status, 403);
      assert.equal((await outsider.call("GET", "workers")).status, 403);

      const forged = new Browser(url, "console");
      forged.cookie = boss.cookie;
      assert.equal((await forged.call(method, path, body)).status, 403, "without the CSRF token");
      forged.csrf = boss.csrf;
      const elsewhere = await forged.call(method, path, body, { origin: "https://evil.example" });
      assert.equal(elsewhere.status, 403);
      assert.deepEqual(await find("Target"), before);
    });
  }

  it("is a worker, who is not let in at all, and leaves no session behind", async () => {
    await workspace.hire({ name: "Plain" });
    const browser = new Browser(url, "console");
    const refused = await browser.call("POST", "sign-in", { name: "Plain", password: PASSWORD });
    assert.equal(refused.status, 403);
    assert.equal(refused.headers["set-cookie"], undefined);
    const wrong = await browser.call("POST", "sign-in", { name: "Plain", password: "not the password" });
    assert.equal(wrong.status, 401);
  });

  it("is an auditor, who reads everything", async () => {
    const answer = await auditor.call("GET", "workers");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal((await auditor.call("GET", `workers/${target}`)).status, 200);
  });
});

describe("an invitation", () => {
  it("is a link that works once, and is shown nowhere again", async () => {
    const made = await boss.call("POST", "workers", invitation("Ada"));
    assert.equal(made.status, 201);
    const { worker, link } = made.body as InvitationAnswer;
    assert.deepEqual([worker.kinds, worker.languages, worker.invited], [["text", "grid"], ["de"], true]);
    assert(link.startsWith(`${url}/workspace/#invite=`));
    const token = tokenOf(made.body as InvitationAnswer);
    assert(!JSON.stringify((await boss.call("GET", "workers")).body).includes(token));
    const ada = new Browser(url);
    assert.equal((await ada.acceptInvite(token)).worker.name, "Ada");
    const again = await new Browser(url).call("POST", "accept-invite", { token, password: PASSWORD });
    assert.equal(again.status, 410);
    assert.equal((await find("Ada")).invited, false);
  });

  it("is a link to where the operator's browser is, behind a proxy too", async () => {
    const seen: readonly (readonly [headers: Record<string, string>, origin: string])[] = [
      [{ "x-forwarded-host": "Desk.Example" }, "http://desk.example"],
      [
        { "x-forwarded-host": "desk.example:443", "x-forwarded-proto": "https, http" },
        "https://desk.example",
      ],
      [{ "x-forwarded-host": "desk.example:8443, inner:80" }, "http://desk.example:8443"],
      [{ "x-forwarded-host": "no host" }, url],
    ];
    for (const [headers, origin] of seen) {
      const path = `workers/${target}/invite`;
      const from = { ...headers, origin };
      const { status, body } = await boss.call("POST", path, {}, from);
      assert.equal(status, 200, JSON.stringify(body));
      assert(
        (body as InvitationAnswer).link.startsWith(`${origin}/workspace/#invite=`),
        JSON.stringify([headers, body]),
      );
    }
  });

  it("is not made for a name that is somebody's, but anew for who is known", async () => {
    const first = await invite("Bea");
    const taken = await boss.call("POST", "workers", { ...invitation("Bea"), role: "operator" });
    assert.equal(taken.status, 422);
    const second = (await boss.post(`workers/${first.worker.id}/invite`)) as InvitationAnswer;
    const bea = new Browser(url);
    const former = await bea.call("POST", "accept-invite", { token: tokenOf(first), password: PASSWORD });
    assert.equal(former.status, 410);
    assert.equal((await bea.acceptInvite(tokenOf(second))).worker.role, "worker");
    const third = (await boss.post(`workers/${first.worker.id}/invite`)) as InvitationAnswer;
    await new Browser(url).acceptInvite(tokenOf(third));
    assert.equal(
      (await bea.call("GET", "session")).status,
      401,
      "the session of the former password is over",
    );
  });

  it("of a faulty body is refused with the name of the field", async () => {
    for (const [fault, said] of [
      [{ kinds: ["poetry"] }, "kinds"],
      [{ role: "king" }, "role"],
      [{ name: " " }, "name"],
      [{ languages: ["; drop table"] }, "languages"],
      [{ password: "mine" }, "password"],
    ] as const) {
      const refused = await boss.call("POST", "workers", { ...invitation("Odd"), ...fault });
      assert.equal(refused.status, 400);
      assert.match(JSON.stringify(refused.body), new RegExp(`faulty body: .*${said}`));
    }
    assert.equal((await boss.call("POST", "workers/999999/disable")).status, 404);
    assert.equal((await boss.call("GET", "workers/..%2F1")).status, 404);
  });
});

describe("an operator's word in the console", () => {
  it("ends sessions and the event stream at once, and lets in again", async () => {
    const worker = await workspace.hire({ name: "Cy" });
    const events = await worker.events();
    const { id, online } = await find("Cy");
    assert.equal(online, true);
    const disabled = (await boss.post(`workers/${id}/disable`)) as ConsoleWorker;
    assert.equal(disabled.disabled, true);
    assert.deepEqual(await events.next("ended"), { reason: "disabled" });
    await events.ended;
    assert.equal((await worker.call("GET", "session")).status, 401);
    const refused = await worker.call("POST", "sign-in", { name: "Cy", password: PASSWORD });
    assert.equal(refused.status, 401);
    await boss.post(`workers/${id}/enable`);
    await worker.signIn("Cy");
    const back = await worker.events();
    await boss.post(`workers/${id}/sign-out`);
    assert.deepEqual(await back.next("ended"), { reason: "sent-out" });
    await worker.signIn("Cy");
  });

  it("takes kinds away at once: what is held goes back, and its answer comes too late", async () => {
    const worker = await workspace.hire({ name: "Di" });
    const events = await worker.events();
    const taskId = await caller.create(grid());
    const item = await worker.take();
    const { id } = await find("Di");
    await boss.call("PATCH", `workers/${id}`, { kinds: ["text"], languages: ["EN", "de"] });
    const state = await events.next("state");
    assert.deepEqual((state["worker"] as { allowed: string[] }).allowed, ["text"]);
    assert.equal((await worker.call("GET", `items/${item.lease}/file/0`)).status, 410);
    const late = (await worker.answer(item, { cells: [true] })) as { outcome: string };
    assert.equal(late.outcome, "late");
    assert.equal((await caller.result(taskId))["status"], "processing");
    const wider = await boss.call("PATCH", `workers/${id}`, { kinds: ["text", "audio"] });
    assert.deepEqual((wider.body as ConsoleWorker).languages, ["en", "de"], "what is left out stays");
    const session = (await worker.call("GET", "session")).body as { worker: { accepts: string[] } };
    assert.deepEqual(session.worker.accepts.toSorted(), ["audio", "text"]);
    await events.close();
  });

  it("pauses with a reason and resumes, and shows how the worker does", async () => {
    const worker = await workspace.hire({ name: "Ed", kinds: ["grid"] });
    const events = await worker.events();
    const { id } = await find("Ed");
    await boss.post(`workers/${id}/pause`, { reason: "Read the notes first." });
    assert.equal((await events.next("state"))["paused"], "Read the notes first.");
    assert.equal((await find("Ed")).paused, "Read the notes first.");
    assert.equal((await boss.call("POST", `workers/${id}/pause`, {})).status, 400);
    await boss.post(`workers/${id}/resume`);
    assert.equal((await events.next("state"))["paused"], null);
    await caller.create(grid());
    await worker.answer(await worker.take(), { cells: [true] });
    const { quality, lastSeen } = await find("Ed");
    assert.deepEqual(quality && { ...quality, checkShare: 0 }, {
      answered: 1,
      medianMs: 1000,
      accuracy: null,
      agreement: null,
      skipped: 0,
      late: 0,
      reported: 0,
      checkShare: 0,
    });
    assert(lastSeen);
    assert.equal((await find("Audit")).quality, null);
    await events.close();
  });

  it("does not shut the operator out", async () => {
    const { id } = await find("Boss");
    assert.equal((await boss.call("POST", `workers/${id}/disable`)).status, 409);
    const session = (await boss.call("GET", "session")).body;
    assert.deepEqual((session as { worker: object }).worker, { id, name: "Boss", role: "operator" });
    assert.equal((await boss.call("POST", "sign-out")).status, 204);
    assert.equal((await boss.call("GET", "session")).status, 401);
  });
});
