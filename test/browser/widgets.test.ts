import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { widgetSolution } from "../../src/widgets/solution.ts";
import { VENDORS, widgetOf } from "../../src/widgets/vendors.ts";
import { fieldsOf, nameOf, ROWS, type Row } from "../support/vendor-rows.ts";
import { createWidgetStage, type Answer, type Shown, type Worker } from "../support/widget-stage.ts";

/**
 * Every row of the table of vendors in a real browser, with a stand-in for the vendor's script: that it is shown, its
 * token, its errors, its expiry, a slow script, one that does nothing, one that stays away, and no network.
 */
const STAND_IN = await readFile(new URL("../support/stand-in-vendor.js", import.meta.url), "utf8");
const headers = { "access-control-allow-origin": "*" };
const script = (body: string) => ({ contentType: "text/javascript", body, headers });

/** Every script of every vendor is the stand-in; their frames and other files are empty. */
const standIn = ({ pathname }: URL): Answer =>
  pathname.endsWith(".js") ? script(STAND_IN) : { contentType: "text/html", body: "", headers };

/** A browser whose vendors and clock are in the test's hands. */
interface Lane {
  readonly worker: Worker;
  vendor: (url: URL) => Answer;
}

/** So many frames at once: more are no faster, even where there are more processors. */
const LANES = 4;
const stage = await createWidgetStage();
const free = await Promise.all(
  Array.from({ length: LANES }, async () => {
    const lane: Lane = {
      vendor: standIn,
      worker: await stage.newWorker((url) => lane.vendor(url)),
    };
    await lane.worker.page.clock.install();
    return lane;
  }),
);

const show = ({ worker }: Lane, row: Row, key?: string) => worker.show(row.title, fieldsOf(row, key));
// Scripts and keys, no locators: these would bring 100 ms of tools of their own into each of some hundred frames.
const said = (shown: Shown) => shown.frame().evaluate<string>("document.querySelector('#status').innerText");
async function press(shown: Shown): Promise<void> {
  await shown.frame().evaluate("document.querySelector('button').focus()");
  await shown.frame().page().keyboard.press("Enter");
}
const told = (shown: Shown) => shown.frame().evaluate<Record<string, unknown>[]>("told");
const events = (shown: Shown) => shown.messages().flatMap(({ event }) => (event === "size" ? [] : [event]));
/** Milliseconds after which a frame says that it waits, and after which it gives up. */
const [SLOW, SILENT] = [6_000, 31_000];

async function solve(shown: Shown, row: Row): Promise<void> {
  await press(shown);
  const { token, extra } = await shown.heard("token");
  const outcome = widgetSolution(row.title, fieldsOf(row), { token, extra }, "127.0.0.1");
  assert(outcome.kind === "solution");
  const { userAgent, ...rest } = outcome.solution;
  assert.deepEqual(rest, row.solution);
  if (userAgent !== undefined)
    assert.equal(userAgent, await shown.frame().page().evaluate("navigator.userAgent"));
}

/** The script is asked for and not answered; `answer` answers it. */
function keepWaiting(lane: Lane) {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  lane.vendor = async (url) => {
    asked.resolve();
    await answer.promise;
    return standIn(url);
  };
  return { asked: asked.promise, answer: answer.resolve };
}

const CASES: Readonly<Record<string, (lane: Lane, row: Row) => Promise<void>>> = {
  async "is shown, presses nothing by itself, and a person gets its token"(lane, row) {
    const shown = await show(lane, row);
    assert.equal((await shown.heard("ready")).ticket, shown.ticket);
    assert.equal(await said(shown), "");
    assert.deepEqual(events(shown), ["ready"]);
    await solve(shown, row);
    if (row.told !== undefined) assert.partialDeepStrictEqual((await told(shown))[0], row.told);
  },

  async "tells what is wrong"(lane, row) {
    for (const [key, [code, detail]] of Object.entries(row.errors)) {
      const shown = await show(lane, row, key);
      if (key !== "thrown-key") {
        await shown.heard("ready");
        await press(shown);
      }
      const error = await shown.heard("error");
      assert.deepEqual([error.code, error.detail], [code, detail]);
      assert.match(await said(shown), /reports a problem/);
    }
    if (Object.keys(row.errors).length > 0) return;
    const shown = await show(lane, row, "broken-key");
    await shown.heard("ready");
    await press(shown);
    assert.match(await shown.frame().evaluate("document.body.innerText"), /Verification failed/u);
    assert.deepEqual(events(shown), ["ready"]);
  },

  async "has its time, and tells when it is over where the vendor does"(lane, row) {
    const value = { token: "T", extra: "gt" in fieldsOf(row) ? row.solution : {} };
    const outcome = widgetSolution(row.title, fieldsOf(row), value, "127.0.0.1");
    assert(outcome.kind === "solution");
    assert.equal(outcome.lifetimeMs, row.lifetime * 1000 - 5_000);
    if (row.expiry === "untold") return;
    const shown = await show(lane, row, "expiring-key");
    await shown.heard("ready");
    await press(shown);
    assert.equal((await shown.heard("expired")).code, "expired");
    assert.match(await said(shown), /the time for this answer is over/);
    assert.deepEqual(events(shown), ["ready", "token", "expired"]);
  },

  async "that is slow is waited for"(lane, row) {
    const { asked, answer } = keepWaiting(lane);
    const shown = await show(lane, row);
    await asked;
    await lane.worker.page.clock.fastForward(SLOW);
    assert.match(await said(shown), /^Waiting for .+…$/u);
    assert.deepEqual(events(shown), []);
    answer();
    await shown.heard("ready");
    assert.equal(await said(shown), "");
    await solve(shown, row);
  },

  async "that does not come is given up"(lane, row) {
    const { asked, answer } = keepWaiting(lane);
    const shown = await show(lane, row);
    await asked;
    await lane.worker.page.clock.fastForward(SILENT);
    const { code, detail } = await shown.heard("error");
    assert.deepEqual([code, detail], ["other", "its script does not answer"]);
    answer();
  },

  async "that comes and does nothing is given up"(lane, row) {
    lane.vendor = () => script("console.log('has run')");
    const run = lane.worker.page.waitForEvent("console", (message) => message.text() === "has run");
    const shown = await show(lane, row);
    await run;
    await lane.worker.page.clock.fastForward(SILENT);
    const { code, detail } = await shown.heard("error");
    assert.equal(code, "other");
    assert.match(detail ?? "", /^its script (does not answer|brings no widget)$/u);
    assert.deepEqual(events(shown), ["error"]);
  },

  async "without a network is told at once, and can be loaded again"(lane, row) {
    lane.vendor = () => null;
    const shown = await show(lane, row);
    const { code, detail } = await shown.heard("error");
    assert.deepEqual([code, detail], ["other", "its script could not be loaded"]);
    assert.match(await said(shown), /its script could not be loaded/u);
    lane.vendor = standIn;
    await lane.worker.page.evaluate(`open_(${JSON.stringify(shown.address)})`);
    await shown.heard("ready");
    assert.equal(await said(shown), "");
  },
};

describe("the widget of", { concurrency: LANES }, () => {
  for (const row of ROWS) {
    for (const [does, check] of Object.entries(CASES)) {
      it(`${nameOf(row)} ${does}`, async () => {
        const lane = free.pop();
        assert(lane, "there are as many lanes as tests at once");
        lane.vendor = standIn;
        await check(lane, row).finally(() => free.push(lane));
      });
    }
  }
});

it("the rows above are all there are", () => {
  assert.deepEqual(
    new Set(ROWS.map((row) => widgetOf(row.title, fieldsOf(row))?.vendor)),
    new Set(VENDORS.map(({ vendor }) => vendor)),
  );
});
