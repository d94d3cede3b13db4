import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { it } from "node:test";
import type { Page } from "playwright-core";
import { LOST_MS } from "../../ui/workspace/moves.ts";
import { violations } from "../support/axe.ts";
import { createWorkspaceStage, FIELD, PASSWORD, startWorking } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask } from "../support/workspace-tasks.ts";

/**
 * Walks through every state of the page on the built server. In each, in light and in dark: no violation that axe finds,
 * and no sideways scroll at 320 pixels, which is also 200 % zoom of a small window. With SCREENSHOTS=FOLDER it writes a
 * picture of each into that folder (`npm run screenshots`).
 */
const stage = await createWorkspaceStage();
const folder = process.env["SCREENSHOTS"];
if (folder !== undefined) await mkdir(folder, { recursive: true });
const faults: string[] = [];

/** In the page: its pictures are there to be drawn. */
const DRAWN = `Promise.all([...document.querySelectorAll("main img")].map((one) =>
  one.complete || new Promise((done) => one.addEventListener("load", done))))`;

async function visit(page: Page, state: string): Promise<void> {
  if (folder !== undefined) await page.evaluate(DRAWN);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // The dark page is the same but for its colours.
    const found = await violations(page, colorScheme === "dark" ? ["color-contrast"] : "all");
    faults.push(...found.map((one) => `${state}, ${colorScheme}: ${one}`));
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${state}-${colorScheme}.png` });
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const width = await page.evaluate<number>("document.documentElement.scrollWidth");
  if (width > 320) faults.push(`${state}: ${width} pixels wide at 320`);
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${state}-320.png`, fullPage: true });
  await page.setViewportSize({ width: 1100, height: 760 });
}

/** In the page: the card of a lost item stays until `goOn` is called, but no shorter than it would have. */
const HOLD = `{
  const wait = window.setTimeout;
  window.setTimeout = (go, ms) => {
    if (ms !== ${LOST_MS}) return wait(go, ms);
    const end = performance.now() + ms;
    window.goOn = () => {
      window.setTimeout = wait;
      wait(go, Math.max(0, end - performance.now()));
    };
    return 0;
  };
}`;

/** Gives the next item back as its holder, past the page. */
async function goBack(page: Page): Promise<void> {
  const file = await page.waitForResponse(/\/file\/0$/u);
  await page.locator(FIELD).waitFor();
  const session = await page.request.get(`${stage.server.url}/workspace/api/session`);
  const { csrf } = (await session.json()) as { csrf: string };
  const address = file.url().replace(/file\/0$/u, "release");
  const released = await page.request.post(address, { headers: { "x-csrf-token": csrf }, data: {} });
  assert.equal(released.status(), 204);
}

it("shows every state without a violation, in light and dark, and at 320 pixels", async () => {
  const invitation = stage.invite("ada");
  const door = await stage.open("door", { reducedMotion: "reduce" });
  await door.page.goto(`${stage.server.url}/workspace/`);
  await door.page.getByLabel("Name").waitFor();
  await visit(door.page, "signed-out");
  await door.page.keyboard.type("nobody");
  await door.page.getByLabel("Password").fill("nothing");
  await door.page.keyboard.press("Enter");
  await door.page.getByRole("alert").filter({ hasText: /wrong/u }).waitFor();
  await visit(door.page, "signed-out-wrong");
  await door.context.close();

  const seat = await stage.open("ada", { reducedMotion: "reduce" });
  const { page } = seat;
  await page.clock.install();
  await page.goto(await invitation);
  await page.getByText("Welcome ada").waitFor();
  await visit(page, "invite");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Start" }).waitFor();
  await visit(page, "ready");
  await startWorking(seat);
  await visit(page, "waiting");

  // A picture that does not come, and then does.
  await page.route(/\/file\/0$/u, (route) => route.abort());
  // A task lives for a minute, and each state is looked at six times: a few states for one task.
  const first = stage.solve(textTask(0));
  await page.getByText("could not be loaded").waitFor();
  await visit(page, "image-failed");
  await page.unroute(/\/file\/0$/u);
  await page.keyboard.press("r");
  await page.locator(FIELD).waitFor();
  await visit(page, "working");
  await page.keyboard.press("Enter");
  await page.getByText("Type what the picture says.").first().waitFor();
  await visit(page, "working-empty");
  await page.keyboard.type("seen");
  await page.keyboard.press("Enter");
  assert.deepEqual((await first).solution, { text: "seen" });
  await page.getByText("Nothing waiting").waitFor();
  const second = stage.solve(textTask(3));
  await page.locator(FIELD).waitFor();
  await page.keyboard.press("Control+.");
  await page.getByRole("button", { name: /Unreadable/u }).waitFor();
  await visit(page, "reasons");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+/");
  await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
  await visit(page, "keys");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  // The connection breaks while the answer is on its way; it arrives when there is one again.
  await page.locator("main input[type=text]").fill("kept");
  await seat.context.setOffline(true);
  await page.keyboard.press("Enter");
  await page.getByText("keeping your answer").waitFor();
  await visit(page, "offline");
  await seat.context.setOffline(false);
  assert.deepEqual((await second).solution, { text: "kept" });
  await page.getByText("Nothing waiting").waitFor();

  // The item goes back behind the page's back, as when its time is over: once before the answer, once before a sign of life.
  const twice = stage.solve(textTask(1));
  await goBack(page);
  await page.keyboard.type("too late");
  await page.keyboard.press("Enter");
  await page.getByText("too late, not used").first().waitFor({ state: "attached" });
  await visit(page, "too-late");
  await page.locator(FIELD).waitFor();
  await page.keyboard.type("in time");
  await page.keyboard.press("Enter");
  assert.deepEqual((await twice).solution, { text: "in time" });
  await page.getByText("Nothing waiting").waitFor();
  const other = stage.solve(textTask(2));
  await goBack(page);
  // The card of a lost item goes on by itself: here when it has been looked at.
  await page.evaluate(HOLD);
  // To the next sign of life, which the server refuses.
  await page.clock.fastForward(10_000);
  await page.getByText("it went back").first().waitFor();
  await visit(page, "lease-lost");
  await page.evaluate("goOn()");
  await page.locator("section[data-phase=working]").waitFor();
  await page.locator(FIELD).waitFor();
  await page.keyboard.type("again");
  await page.keyboard.press("Enter");
  assert.deepEqual((await other).solution, { text: "again" });
  await page.getByText("Nothing waiting").waitFor();

  for (const [index, task] of OTHER_TASKS.entries()) {
    const result = stage.solve(task);
    await page.locator(task.shows).first().waitFor();
    await visit(page, `kind-${index}-${task.kind}`);
    await task.answer(page);
    const { error } = await result;
    assert.equal(error, undefined, `${task.kind}: ${await page.locator("main").innerText()}`);
    await page.getByText("Nothing waiting").waitFor();
  }

  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Paused" }).waitFor();
  await visit(page, "paused");
  await stage.cli("worker", "pause", "ada", "--reason", "Please call the operator.");
  await page.getByText("Please call the operator.").first().waitFor();
  await visit(page, "paused-by-the-server");
  await stage.cli("worker", "disable", "ada");
  await page.getByRole("heading", { name: "Session over" }).waitFor();
  await visit(page, "ended");

  assert.deepEqual(faults, []);
  assert.deepEqual(seat.faults, []);
});
