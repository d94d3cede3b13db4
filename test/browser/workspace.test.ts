import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  createWorkspaceStage,
  FIELD,
  PASSWORD,
  startWorking,
  type Result,
  type Seat,
} from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask } from "../support/workspace-tasks.ts";

/** The built page on the built server, as a worker uses it; the tasks come from the official client. */
const stage = await createWorkspaceStage();

describe("with the keyboard alone", () => {
  const SERIES = 12;
  const AT_ONCE = 4;
  /** Of the median: other tests run at the same time. bench/workspace.ts measures the 95th percentile. */
  const LIMIT_MS = 100;
  /** In the page: how long it takes from Enter to the next field with the focus and its picture complete. */
  const PACES = `
    window.paces = [];
    addEventListener("keydown", ({ key, target }) => {
      if (key !== "Enter" || !(target instanceof HTMLInputElement)) return;
      const since = performance.now();
      const look = () => {
        const { activeElement } = document;
        const here = activeElement instanceof HTMLInputElement && activeElement !== target;
        const picture = document.querySelector("main img");
        if (here && picture !== null && picture.complete && picture.naturalWidth > 0) paces.push(performance.now() - since);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true });`;

  it("opens the invitation, sets a password, presses Enter and answers a series", async (context) => {
    const seat = await stage.hire("ada", { kinds: ["text"] });
    const { page, faults } = seat;
    assert.equal(await page.evaluate("location.hash"), "", "the invitation stays out of the history");
    let files = 0;
    let loaded: PromiseWithResolvers<void> = Promise.withResolvers();
    page.on("response", (response) => {
      if (!response.url().includes("/file/")) return;
      files += 1;
      loaded.resolve();
      loaded = Promise.withResolvers();
    });
    await page.evaluate(PACES);
    await startWorking(seat);
    const words = Array.from({ length: SERIES }, (_, index) => `answer${index}`);
    const results: Promise<Result>[] = [];
    const send = () => results.push(stage.solve(textTask(results.length)));
    for (let index = 0; index < AT_ONCE; index += 1) send();
    for (const [index, word] of words.entries()) {
      await page.locator(FIELD).waitFor();
      // A person takes longer than the page to fetch one item ahead.
      while (files < Math.min(SERIES, index + 2)) await loaded.promise;
      await page.keyboard.type(word);
      await page.keyboard.press("Enter");
      if (results.length < SERIES) send();
    }
    const texts = (await Promise.all(results)).map(({ solution }) => String(solution?.["text"]));
    assert.deepEqual(
      texts.toSorted(),
      words.toSorted(),
      "each task has the answer of one item, and no other",
    );
    await page.getByText("Nothing waiting").waitFor();

    // The last of the series has no next.
    const paces = (await page.evaluate<number[]>("paces")).slice(0, SERIES - 1).toSorted((a, b) => a - b);
    assert.equal(paces.length, SERIES - 1);
    const median = paces[Math.floor(paces.length / 2)] ?? Infinity;
    context.diagnostic(
      `submit to next: median ${median.toFixed(0)} ms, at most ${paces.at(-1)?.toFixed(0)} ms`,
    );
    assert(median <= LIMIT_MS, `${median} ms`);

    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Paused" }).waitFor();
    assert.deepEqual(faults, []);
    await seat.context.close();
  });

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
    await page.keyboard.type("wrong");
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
