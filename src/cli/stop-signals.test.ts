import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { it } from "node:test";
import { silentLogger } from "../base/logger.ts";
import { listenForStop } from "./stop-signals.ts";

class StandIn extends EventEmitter {
  exitCode: number | null = null;
  exit(code: number): void {
    this.exitCode = code;
  }
}

for (const first of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  it(`stops at ${first}, takes a signal within two seconds for its echo, and ends at once at a later one`, () => {
    const target = new StandIn();
    let now = 500;
    const { signal: stop, release } = listenForStop(silentLogger, target, () => now);
    assert.equal(stop.aborted, false);
    target.emit(first, first);
    assert.equal(stop.aborted, true);
    for (const ms of [5, 1_994]) {
      now += ms;
      target.emit("SIGINT", "SIGINT");
    }
    assert.equal(target.exitCode, null);
    now += 1;
    target.emit("SIGINT", "SIGINT");
    assert.equal(target.exitCode, 1);
    release();
    assert.equal(target.listenerCount(first), 0);
  });
}
