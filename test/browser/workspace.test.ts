import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createWorkspaceStage, PASSWORD, startWorking, type Seat } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask } from "../support/workspace-tasks.ts";

/** The built page on the built server, as a worker uses it; the tasks come from the official client. */
const stage = await createWorkspaceStage();

describe("with the keyboard alone", () => {
  it("takes the suggestion with Tab, and signs in again by name", async () => {
    await stage.cli("rule", "set", "machine-then-people", "--type", "ImageToTextTask");
    const seat = await stage.hire("bea", { kinds: ["text"] });
    const { page, context } = seat;
    await startWorking(seat);
    // Its "l" is also an "I".
    const unsure = textTask(3);
    const first = stage.solve({
      request: async () => Object.assign(await unsure.request(), { recognizingThreshold: 100 }),
    });
    await page.getByText(/takes the suggestion/u).waitFor();
    await page.keyboard.press("Tab");
    const taken = await page.locator("input[type=text]:focus").inputValue();
    assert.match(taken, /^\w+$/u);
    await page.keyboard.press("Enter");
    assert.deepEqual((await first).solution, { text: taken });
    await stage.cli("rule", "set", "people", "--type", "ImageToTextTask");

    await page.getByText("Nothing waiting").waitFor();
    await context.clearCookies();
    await page.reload();
    await page.getByLabel("Name").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("bea");
    await page.keyboard.press("Tab");
    await page.keyboard.type("wrong?");
    assert.equal(await page.getByLabel("Password").inputValue(), "wrong?");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: /wrong/u }).waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Start" }).waitFor();
    await context.close();
  });
});

describe("each kind of answer, by keyboard, for the official client", () => {
  let seat: Seat;
  // Not sooner: a second worker online would take items from those above.
  before(async () => {
    seat = await stage.hire("cleo");
    await startWorking(seat);
  });
  for (const task of OTHER_TASKS) {
    it(`${task.kind}: ${JSON.stringify(task.solution)}`, async () => {
      const { page, faults } = seat;
      const result = stage.solve(task);
      await page.locator(task.shows).first().waitFor();
      await task.answer(page);
      const { solution, error } = await result;
      assert.equal(error, undefined);
      for (const [name, value] of Object.entries(task.solution as object)) {
        assert.deepEqual(solution?.[name], value, name);
      }
      await page.getByText("Nothing waiting").waitFor();
      assert.deepEqual(faults, []);
    });
  }
});
