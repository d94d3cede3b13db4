import assert from "node:assert/strict";
import { it } from "node:test";
import { silentLogger } from "../base/logger.ts";
import { logConsole } from "./console-log.ts";

it("makes what is printed on stderr a line of the log, and shows of an error what the log may", () => {
  const lines: unknown[] = [];
  const printed = { ...console };
  logConsole({ ...silentLogger, warn: (fields) => void lines.push(fields) }, printed);
  printed.trace(Object.assign(new Error("gone"), { client: { secretKey: 1 } }));
  printed.error("Retried 100 times:", Object.assign(new Error('wrong: "a value"'), { code: "22P02" }));
  printed.warn("pool");
  assert.deepEqual(lines, [
    { reason: "gone" },
    { reason: 'Retried 100 times: wrong: "…"' },
    { reason: "pool" },
  ]);
});
