import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWorkspaceStage, FIELD, startWorking } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask, type StagedTask } from "../support/workspace-tasks.ts";

/** Which keys act and where the focus is: when a reason is asked for, with the key sheet over the page, and after both. */
const stage = await createWorkspaceStage();
const seat = await stage.hire("ada");
const { page } = seat;
await startWorking(seat);

const taskOf = (kind: StagedTask["kind"]) => OTHER_TASKS.find((task) => task.kind === kind) ?? textTask(0);
const idle = () => page.getByText("Nothing waiting").waitFor();
const press = async (...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const typed = (text: string) => page.locator(`main input[type=text][value="${text}"]:focus`).waitFor();

describe("while a reason is asked for", () => {
  it("a digit is the reason, not a choice", async () => {
    const task = taskOf("choice");
    const result = stage.solve(task);
    await page.locator(task.shows).first().waitFor();
    await press("Control+.", "2");
    // A task that nobody answers ends as unsolvable, too, but in time.
    await page.getByText("can't be solved").waitFor({ state: "attached" });
    assert.equal((await result).error, "CAPTCHA_UNSOLVABLE");
    await idle();
  });

  it("words are written, and neither clear the cells nor leave the field", async () => {
    const task = taskOf("grid");
    const result = stage.solve(task);
    await page.locator(task.shows).waitFor();
    await press("q", "Control+.", "ArrowRight", "4", "n", "o", "w", "Backspace", "ArrowLeft", "t");
    assert.equal(await page.locator("form input:focus").inputValue(), "nto");
    assert.equal(await page.locator("[role=option][aria-selected=true]").count(), 1);
    await press("Enter");
    await page.getByText("can't be solved").nth(1).waitFor({ state: "attached" });
    assert.equal((await result).error, "CAPTCHA_UNSOLVABLE");
    await idle();
  });
});

describe("the focus", () => {
  it("goes back to the answer when a reason is not given after all", async () => {
    const result = stage.solve(textTask(0));
    await page.locator(FIELD).waitFor();
    await press("Control+.", "Escape", "a");
    await typed("a");
    await press("Control+.");
    await page.getByRole("button", { name: "Back" }).click();
    await press("b");
    await typed("ab");
    await press("Control+.", "4", "Escape", "c", "Enter");
    assert.deepEqual((await result).solution, { text: "abc" });
    await idle();
  });

  it("goes to the answer when the key sheet is closed, also where it came meanwhile", async () => {
    await press("Control+/");
    const result = stage.solve(textTask(1));
    await page.locator("main input[type=text]").waitFor();
    await press("Escape");
    await page.locator(FIELD).waitFor();
    await press("a");
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await typed("a");
    await press("?", "b");
    await typed("a?b");
    await press("Enter");
    assert.deepEqual((await result).solution, { text: "a?b" });
    await idle();
  });
});

for (const kind of ["choice", "rotation"] as const) {
  it(`corrects the last answer with Ctrl Z from an item of kind ${kind}`, async () => {
    const { taskId } = await stage.call("createTask", { task: await textTask(0).request() });
    await page.locator(FIELD).waitFor();
    await press("a", "Enter");
    await idle();
    const task = taskOf(kind);
    const result = stage.solve(task);
    await page.locator(task.shows).first().waitFor();
    await press("Control+z");
    await typed("a");
    await press("b", "Enter");
    await page.locator(task.shows).first().waitFor();
    await task.answer(page);
    assert.equal((await result).error, undefined);
    assert.deepEqual((await stage.call("getTaskResult", { taskId }))["solution"], { text: "ab" });
    await idle();
  });
}

it("has complained about nothing", () => assert.deepEqual(seat.faults, []));
