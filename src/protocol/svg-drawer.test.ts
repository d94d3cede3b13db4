import assert from "node:assert/strict";
import { test } from "node:test";
import { SvgDrawer, type DrawerOptions, type ToDraw } from "./svg-drawer.ts";

const drawing = (side: number): ToDraw => ({
  svg: Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><path d="M0 0 9 9" stroke="#000"/></svg>`,
  ),
  maxPixels: 1_000_000,
});

async function kinds(options: Partial<DrawerOptions>, count: number, side = 9): Promise<string[]> {
  const drawer = new SvgDrawer({ limitMs: 10_000, waitMs: 10_000, most: 10, ...options });
  const drawn = await Promise.all(Array.from({ length: count }, () => drawer.draw(drawing(side), 1)));
  return drawn.map(({ kind }) => kind);
}

test("drawings come one after the other; too many, or too late, are told that it is busy", async () => {
  assert.deepEqual(await kinds({}, 3), ["drawn", "drawn", "drawn"]);
  assert.deepEqual(await kinds({ most: 1 }, 3), ["drawn", "drawn", "busy"]);
  assert.deepEqual(await kinds({ waitMs: -1 }, 1), ["busy"]);
});

test("owners take turns, and each has room of its own", async () => {
  const drawer = new SvgDrawer({ limitMs: 10_000, waitMs: 10_000, most: 3 });
  const order: string[] = [];
  const drawn = [1, 1, 1, 1, 1, 2, 2].map(async (owner, at) => {
    const { kind } = await drawer.draw(drawing(9), owner);
    order.push(`${owner} ${kind} ${at}`);
  });
  await Promise.all(drawn);
  const busy = order.shift();
  assert.equal(busy, "1 busy 4");
  assert.deepEqual(order, ["1 drawn 0", "1 drawn 1", "2 drawn 5", "1 drawn 2", "2 drawn 6", "1 drawn 3"]);
});

test("a process that is ended over one drawing is started anew for the next", async () => {
  assert.deepEqual(await kinds({ limitMs: 1 }, 2, 1000), ["too much", "too much"]);
});

test("more pixels than allowed are not drawn", async () => {
  const drawer = new SvgDrawer({ limitMs: 10_000, waitMs: 10_000, most: 10 });
  assert.deepEqual(await drawer.draw({ ...drawing(9), maxPixels: 80 }, 1), { kind: "damaged" });
});
