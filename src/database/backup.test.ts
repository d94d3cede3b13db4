import assert from "node:assert/strict";
import { it } from "node:test";
import { dump } from "./backup.ts";
import type { Queryable, Row } from "./database.ts";

it("a backup holds few rows at once, and never more in a string than a string can hold", async () => {
  const large = "x".repeat(6_000_000);
  const rows = Array.from({ length: 310 }, (_, at) => ({ row: at < 110 ? "{}" : large }));
  const fetched: number[] = [];
  const answer = (text: string): readonly Row[] => {
    if (text.includes("pg_table_size")) return [{ name: "examples", bytes: 1, needs: [] }];
    const [, count] = /^fetch (\d+)/.exec(text) ?? [];
    if (count === undefined) return [];
    fetched.push(Number(count));
    return rows.splice(0, Number(count));
  };
  const snapshot: Queryable = {
    query: <Result extends Row>(text: unknown) => Promise.resolve(answer(String(text)) as Result[]),
  };
  const summary = { migration: 0, rows: {} };
  let longest = 0;
  for await (const { length } of dump(snapshot, summary, () => undefined))
    longest = Math.max(longest, length);
  assert.deepEqual(summary.rows, { examples: 310 });
  assert.deepEqual(fetched.slice(0, 4), [10, 100, 100, 1]);
  assert(longest < 8_000_000);
});
