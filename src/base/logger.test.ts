import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loggedError, loggedReason } from "./logger.ts";

const SECRET = 'SECRET"ANSWER\n    at nowhere';

/** As node-postgres makes them: everything that the server said and more hangs on the error. */
function databaseError(code: string, message: string): Error {
  const where = `unnamed portal parameter $1 = '[{"solution":{"text":"${SECRET}…'`;
  const client = { secretKey: 12_345, connectionParameters: { password: SECRET } };
  return Object.assign(new Error(message), {
    code,
    constraint: "tasks_check",
    detail: SECRET,
    where,
    client,
  });
}

describe("an error in the log", () => {
  it("has name, message, code, constraint and stack, and nothing else that hangs on it", () => {
    const logged = loggedError(databaseError("23514", "violates a check"));
    assert.deepEqual(Object.keys(logged), ["name", "message", "code", "constraint", "stack"]);
    assert.match(logged.stack ?? "", /^Error: violates a check\n {4}at .*logger\.test/);
    assert(!JSON.stringify(logged).includes("SECRET"));
  });

  it("does not quote the value that the database or JSON.parse could not read", () => {
    const faults = [
      databaseError("22P02", `invalid input syntax for type integer: "${SECRET}"`),
      databaseError("22021", 'invalid byte sequence for encoding "UTF8": 0x53 0x45'),
      new SyntaxError(`Unexpected token 'S', "${SECRET}" is not valid JSON`),
    ];
    for (const fault of faults) {
      const text = JSON.stringify(loggedError(fault));
      assert(!/SECRET|nowhere|0x53/.test(text), text);
      assert.match(text, /logger\.test/);
    }
    assert.equal(loggedReason(faults[0]), 'invalid input syntax for type integer: "…"');
    assert.equal(loggedReason(databaseError("42P01", 'relation "x" is missing')), 'relation "x" is missing');
  });

  it("brings its causes, but not for ever, and whatever else was thrown", () => {
    const circle = new Error("outer");
    circle.cause = circle;
    assert.equal(loggedError(circle).cause?.cause?.cause?.cause, undefined);
    assert.equal(loggedError(circle).cause?.message, "outer");
    assert.deepEqual(loggedError("text"), { name: "string", message: "text" });
    const several = new AggregateError([new Error("first"), new Error("second")]);
    assert.equal(loggedReason(several), "first; second");
  });
});
