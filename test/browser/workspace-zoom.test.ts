import assert from "node:assert/strict";
import { it } from "node:test";
import sharp from "sharp";
import { violations } from "../support/axe.ts";
import { createWorkspaceStage, startWorking } from "../support/workspace-stage.ts";
import { OTHER_TASKS, textTask } from "../support/workspace-tasks.ts";

/** Pictures larger and smaller than their place, at every zoom. */
const stage = await createWorkspaceStage();
const seat = await stage.hire("ada");
const { page } = seat;
await startWorking(seat);

const LARGE = (
  await sharp({ create: { width: 900, height: 600, channels: 3, background: "teal" } })
    .png()
    .toBuffer()
).toString("base64");

const press = async (...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const idle = () => page.getByText("Nothing waiting").waitFor();
const picture = page.locator("main img").first();
const boxOf = async (selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  assert(box);
  return box;
};
/** In the page: the picture is drawn, and drawn anew after the last key. */
const drawn = async () => {
  await picture.waitFor();
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
};
const rendering = (selector: string) =>
  page.evaluate<string>(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).imageRendering`,
  );
const PLACE = "main [data-grown]";

/** Of what is in the place of the picture: it can be seen. */
async function assertInView(selector: string): Promise<void> {
  const [place, box] = [await boxOf(PLACE), await boxOf(selector)];
  assert(box.x + box.width > place.x && box.x < place.x + place.width, JSON.stringify({ place, box }));
  assert(box.y + box.height > place.y && box.y < place.y + place.height, JSON.stringify({ place, box }));
}

it("enlarges a picture that fills its place, and the place follows the cross", async () => {
  const points = OTHER_TASKS.find(({ kind }) => kind === "points");
  assert(points);
  const request = async () => Object.assign(await points.request(), { imagesBase64: [LARGE] });
  const result = stage.solve({ request });
  await page.locator(points.shows).waitFor();
  await drawn();
  const whole = await boxOf("main img");
  assert(whole.height <= 0.52 * 760 + 1);
  assert.equal(await rendering("main img"), "auto");
  for (const [key, times] of [
    ["-", 1],
    ["+", 1],
    ["+", 1.5],
    ["+", 2],
  ] as const) {
    await press(key);
    await drawn();
    const { width } = await boxOf("main img");
    assert(Math.abs(width - times * whole.width) < 2, `${key}: ${width} of ${whole.width}`);
    const place = await boxOf(PLACE);
    assert(place.height <= 0.52 * 760 + 1);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 1100);
    await assertInView(`${PLACE} [role=application] > span`);
  }
  assert.equal(await rendering("main img"), "pixelated");
  await press(...Array<string>(45).fill("Shift+ArrowLeft"), ...Array<string>(30).fill("Shift+ArrowUp"));
  await assertInView(`${PLACE} [role=application] > span`);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
  await page.setViewportSize({ width: 1100, height: 760 });
  await press("Space", "Enter");
  assert.deepEqual((await result).solution?.["answer"], [{ X: 0, Y: 0 }]);
  await idle();
});

it("scrolls a picture without a cross by the arrows once it has the focus", async () => {
  const request = async () => Object.assign(await textTask(0).request(), { body: LARGE });
  const result = stage.solve({ request });
  await page.locator("main input[type=text]:focus").waitFor();
  await drawn();
  const whole = await boxOf("main img");
  await press("ArrowUp");
  await drawn();
  const { width } = await boxOf("main img");
  assert(Math.abs(width - 1.5 * whole.width) < 2);
  assert.deepEqual(await violations(page, "all"), []);
  await page.locator("main [data-scrolls]").focus();
  await press("ArrowDown");
  await page.evaluate(`new Promise((done) => {
    const place = document.querySelector("main [data-scrolls]");
    const look = () => (place.scrollTop > 0 ? done() : setTimeout(look, 10));
    look();
  })`);
  assert.equal((await boxOf("main img")).width, width);
  await page.locator("main input[type=text]").focus();
  await press("a", "Enter");
  assert.deepEqual((await result).solution, { text: "a" });
  await idle();
});

it("enlarges tiles, unsmoothed, and shows the cell that is picked", async () => {
  const tiles = OTHER_TASKS.filter(({ kind }) => kind === "grid")[1];
  assert(tiles);
  const result = stage.solve(tiles);
  await page.locator(tiles.shows).waitFor();
  // Remembered of this task type since the cross.
  await press("-", "-");
  await drawn();
  const whole = await boxOf("[role=listbox]");
  assert.equal(await rendering("[role=option] img"), "auto");
  await press("+", "+");
  await drawn();
  assert(Math.abs((await boxOf("[role=listbox]")).width - 2 * whole.width) < 2);
  assert.equal(await rendering("[role=option] img"), "pixelated");
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 1100);
  await press("c");
  await assertInView("[role=option]:last-child");
  await press("Enter");
  assert.equal((await result).error, undefined);
  await idle();
});

it("does not smooth what is turned either", async () => {
  const turned = OTHER_TASKS.find(({ kind }) => kind === "rotation");
  assert(turned);
  const result = stage.solve(turned);
  await page.locator(turned.shows).waitFor();
  await drawn();
  assert.equal(await rendering("main img"), "pixelated");
  await turned.answer(page);
  assert.equal((await result).error, undefined);
  assert.deepEqual(seat.faults, []);
});
