import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInLimit } from "./sign-in-limit.ts";

const wrong = async (): Promise<null> => null;
const right = async (): Promise<string> => "in";

test("who guesses a name's password shuts out their own address, not the person of that name", async () => {
  let now = 0;
  const limit = new SignInLimit(() => now);
  for (let i = 0; i < 8; i++) {
    assert.equal(limit.wait("Ada", "10.0.0.1"), null, `try ${i}`);
    await limit.run("Ada", "10.0.0.1", wrong);
  }
  assert.equal(limit.wait(" ada ", "10.0.0.1"), 600);
  assert.equal(limit.wait("Ada", "10.0.0.2"), null);
  assert.equal(limit.wait("Bob", "10.0.0.1"), null);
  now = 600_001;
  assert.equal(limit.wait("Ada", "10.0.0.1"), null);
});

test("guesses at one name from many addresses end, too, and so do guesses at many names from one", async () => {
  const limit = new SignInLimit(() => 0);
  for (let i = 0; i < 100; i++) await limit.run("Ada", `10.0.1.${i}`, wrong);
  assert.equal(limit.wait("Ada", "10.0.0.2"), 600);
  for (let i = 0; i < 40; i++) await limit.run(`name ${i}`, "10.0.0.3", wrong);
  assert.equal(limit.wait("Bob", "10.0.0.3"), 600);
});

test("a sign-in that succeeds counts against nobody", async () => {
  const limit = new SignInLimit(() => 0);
  for (let i = 0; i < 50; i++) assert.equal(await limit.run("Ada", "10.0.0.1", right), "in");
  assert.equal(limit.wait("Ada", "10.0.0.1"), null);
});
