import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ANSWERING, type Asked } from "./answering.ts";

type Places = readonly (readonly [x: number, y: number])[];
const task: Asked = { type: "ComplexImageTask recognition", fields: {}, files: [], reading: null };
const placed = (places: Places) => places.map(([X, Y]) => ({ X, Y }));
const same = (one: Places, other: Places) =>
  ANSWERING.points.same(placed(one) as never, placed(other) as never, task);

test("places agree when each has one of its own in the other answer, in any order", () => {
  const close: Places = [
    [10, 10],
    [12, 12],
  ];
  const apart: Places = [
    [10, 10],
    [300, 300],
  ];
  assert(!same(close, apart) && !same(apart, close));
  assert(same(apart, apart.toReversed()));
  // The middle one of either may stand for two; only one choice leaves none over.
  const [left, right]: [Places, Places] = [
    [
      [20, 0],
      [0, 0],
    ],
    [
      [10, 0],
      [30, 0],
    ],
  ];
  assert(same(left, right) && same(right, left));
});

test("whether places agree does not depend on who pointed first", () => {
  const places = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(places, places, (one, other) => {
      assert.equal(same(one, other), same(other, one));
    }),
  );
});
