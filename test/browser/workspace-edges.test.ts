import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { createWorkspaceStage, FIELD, startWorking } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask, type StagedTask } from "../support/workspace-tasks.ts";

/** What is not on the straight way: second thoughts, input methods, other displays, and the edge of a widget's frame. */
const stage = await createWorkspaceStage();
const seat = await stage.hire("ada");
const { page, context } = seat;
await startWorking(seat);

const taskOf = (kind: StagedTask["kind"]) => OTHER_TASKS.find((task) => task.kind === kind) ?? textTask(0);
const idle = () => page.getByText("Nothing waiting").waitFor();
const visible = (text: string) => page.getByText(text).and(page.locator(":visible")).first();
/** What was said to screen readers. */
const spoken = (role: "status" | "alert", text: string) =>
  page.locator(`[role=${role}]`).filter({ hasText: text }).waitFor({ state: "attached" });

describe("the last answer", () => {
  let taskId: unknown;

  it("is corrected with Ctrl Z, and the caller gets the better one", async () => {
    ({ taskId } = await stage.call("createTask", { task: await textTask(0).request() }));
    await page.locator(FIELD).waitFor();
    await page.keyboard.type("jJDD");
    await page.keyboard.press("Enter");
    await idle();
    await page.keyboard.press("Control+z");
    await page.locator('input[type="text"][value="jJDD"]:focus').waitFor();
    await page.locator("main img").waitFor();
    await page.keyboard.press("Backspace");
    await page.keyboard.type("H");
    await page.keyboard.press("Enter");
    await spoken("status", "Corrected.");
    await page.getByText("corrected").first().waitFor({ state: "attached" });
    assert.deepEqual((await stage.call("getTaskResult", { taskId }))["solution"], { text: "jJDH" });
  });

  it("stays as it is once the caller has it, and the worker is told", async () => {
    await idle();
    await page.keyboard.press("Control+z");
    await visible("Too late: the caller has the answer already.").waitFor();
    await idle();
    await page.keyboard.press("Control+z");
    await visible("There is no answer left that could be corrected.").waitFor();
    assert.deepEqual((await stage.call("getTaskResult", { taskId }))["solution"], { text: "jJDH" });
  });
});

it("does not send what an input method is still composing", async () => {
  const result = stage.solve(textTask(1));
  await page.locator(FIELD).waitFor();
  const keyboard = await context.newCDPSession(page);
  await keyboard.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await page.evaluate(
    `addEventListener("keydown", (event) => { window.composing = event.isComposing; }, { once: true })`,
  );
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("composing"), true);
  await page.keyboard.press("Shift+Enter");
  await keyboard.send("Input.insertText", { text: "日本" });
  await page.locator('input[type="text"][value="日本"]:focus').waitFor();
  await page.keyboard.press("Enter");
  assert.deepEqual((await result).solution, { text: "日本" });
  await idle();
});

it("says when the connection is lost and when it is back", async () => {
  await context.setOffline(true);
  await page.getByText("Reconnecting").waitFor();
  await context.setOffline(false);
  await page.locator("header").getByText("Waiting", { exact: true }).waitFor();
  const result = stage.solve(textTask(2));
  await page.locator(FIELD).waitFor();
  await page.keyboard.type("half");
  await context.setOffline(true);
  await page.keyboard.press("Enter");
  await spoken("alert", "Connection lost. Your answer is kept.");
  await visible("Connection lost, keeping your answer.").waitFor();
  await context.setOffline(false);
  assert.deepEqual((await result).solution, { text: "half" });
  await spoken("status", "Connected again.");
  await idle();
});

describe("on other displays", () => {
  const styleOf = (target: Page, selector: string) =>
    target.evaluate<{
      outlineStyle: string;
      outlineWidth: string;
      borderTopWidth: string;
      borderTopColor: string;
    }>(
      `(({ outlineStyle, outlineWidth, borderTopWidth, borderTopColor }) =>
        ({ outlineStyle, outlineWidth, borderTopWidth, borderTopColor }))(getComputedStyle(document.querySelector(${JSON.stringify(selector)})))`,
    );

  it("shows focus and selection in forced colours", async () => {
    const task = taskOf("grid");
    const result = stage.solve(task);
    await page.locator(task.shows).waitFor();
    await page.emulateMedia({ forcedColors: "active" });
    await page.keyboard.press("q");
    await page.keyboard.press("ArrowRight");
    const picked = await styleOf(page, "[aria-selected=true]");
    const plain = await styleOf(page, "[role=option]:nth-child(9)");
    const focused = await styleOf(page, "[role=option]:focus");
    assert.equal(picked.borderTopWidth, "4px");
    assert.notEqual(picked.borderTopColor, plain.borderTopColor);
    assert.deepEqual([focused.outlineStyle, focused.outlineWidth], ["solid", "3px"]);
    await page.keyboard.press("ArrowLeft");
    const both = await styleOf(page, "[aria-selected=true]:focus");
    assert.deepEqual([both.borderTopWidth, both.outlineStyle, both.outlineWidth], ["4px", "solid", "3px"]);
    await page.emulateMedia({ forcedColors: "none" });
    await page.keyboard.press("Enter");
    assert.equal((await result).error, undefined);
    await idle();
  });

  it("fits at 200 % zoom, of the window and of the letters alone", async () => {
    const result = stage.solve(textTask(3));
    await page.locator(FIELD).waitFor();
    // The window of 1280 × 800 at 200 %.
    await page.setViewportSize({ width: 640, height: 400 });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 640);
    await page.evaluate(`document.documentElement.style.fontSize = "200%"`);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 640);
    await page.evaluate(`document.documentElement.style.fontSize = ""`);
    await page.setViewportSize({ width: 1100, height: 760 });
    await page.keyboard.type("52lK");
    await page.keyboard.press("Enter");
    await result;
    await idle();
  });

  it("moves nothing for those who want no motion", async () => {
    const moving = `[...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(element);
      const lasts = (text) => text.split(", ").some((one) => parseFloat(one) > 0);
      return lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration));
    }).map(({ className }) => String(className))`;
    const task = taskOf("rotation");
    const result = stage.solve(task);
    await page.locator(task.shows).first().waitFor();
    assert.notDeepEqual(await page.evaluate(moving), []);
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.deepEqual(await page.evaluate(moving), []);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    await task.answer(page);
    assert.equal((await result).error, undefined);
    await idle();
  });
});

describe("a widget's frame", () => {
  const frame = page.frameLocator("iframe");
  const giveUp = async (result: ReturnType<typeof stage.solve>, reason: string) => {
    await page.keyboard.press("Control+.");
    await page.getByRole("button", { name: /Unreadable/u }).waitFor();
    await page.keyboard.press(reason);
    assert.equal((await result).error, "CAPTCHA_UNSOLVABLE");
    await idle();
  };
  const focused = (name: RegExp) => page.getByRole("button", { name }).and(page.locator(":focus")).waitFor();

  it("is left with Esc, or with Tab past its end, and is told how", async () => {
    const result = stage.solve(taskOf("widget"));
    await frame.getByRole("button").waitFor();
    await visible("past its end back here").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await focused(/^Load again/u);
    await page.keyboard.press("Control+.");
    await focused(/Unreadable/u);
    await page.keyboard.press("Escape");
    await frame.getByRole("button").focus();
    await page.keyboard.press("Tab");
    await focused(/^Load again/u);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    assert.equal((await result).solution?.["token"], "token-1");
    await idle();
  });

  it("is left although the vendor swallows every key, also in a frame of its own", async () => {
    const result = stage.solve({ request: () => taskOf("widget").request("trap-key") });
    const own = frame.getByRole("button");
    const inner = frame.frameLocator("iframe").getByRole("button");
    await own.press("Enter");
    await inner.waitFor();
    await own.press("Tab");
    await own.and(frame.locator(":focus")).waitFor();
    await page.keyboard.press("Escape");
    await own.and(frame.locator(":focus")).waitFor();
    await page.keyboard.press("Escape");
    await focused(/^Load again/u);
    for (const key of ["Tab", "Escape", "Escape"]) await inner.press(key);
    assert.equal(await page.evaluate("document.activeElement.tagName"), "IFRAME");
    // What the page hears when somebody leaves its tab and comes back.
    await page.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`);
    await focused(/^Load again/u);
    await giveUp(result, "1");
  });

  it("gives the focus back when the vendor has a problem, and loads again with one key", async () => {
    const result = stage.solve({ request: () => taskOf("widget").request("broken-key") });
    await frame.getByRole("button").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("main [role=alert]").filter({ hasText: "600010" }).waitFor();
    await focused(/^Load again/u);
    await page.keyboard.press("r");
    await frame.getByRole("button").waitFor();
    await page.evaluate(`new Promise((done) => {
      const look = () => (document.activeElement?.tagName === "IFRAME" ? done() : setTimeout(look, 10));
      look();
    })`);
    await page.keyboard.press("Escape");
    await focused(/^Load again/u);
    await giveUp(result, "2");
  });
});

it("has complained about nothing", () => assert.deepEqual(seat.faults, []));
