import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccount } from "../../src/accounts/accounts.ts";
import { createKey, KeyRing, listKeys } from "../../src/accounts/keys.ts";
import { answerOf, startCommands } from "../support/command.ts";
import { createTestDatabase } from "../support/database.ts";

/** How an operator says which key is meant. Keys that operators choose themselves often begin alike. */
const { database, url } = await createTestDatabase();
const run = startCommands({ GLYPHDESK_DATABASE_URL: url });
const answer = (...words: readonly string[]) => answerOf(run(...words, "--json"));
await createAccount(database, "payer", 0);

let serial = 0;
/** Two keys that begin alike, as no others do. */
async function twins(): Promise<{ old: string; young: string; prefix: string }> {
  const prefix = `desk-${String.fromCodePoint(97 + (serial += 1))}`;
  const [old, young] = [`${prefix}-key-old`, `${prefix}-key-new`];
  for (const text of [old, young]) await createKey(database, "payer", text);
  return { old, young, prefix };
}

const works = async (key: string) => (await new KeyRing(database).find(key)) !== null;

describe("a key is named", () => {
  it("in full, also where others begin like it", async () => {
    const { old, young, prefix } = await twins();
    assert.partialDeepStrictEqual(await answer("key", "limit", young, "--daily", "5"), { limited: prefix });
    assert.partialDeepStrictEqual(await answer("key", "revoke", old), { revoked: prefix });
    assert.deepEqual([await works(old), await works(young)], [false, true]);
    const [revoked, limited] = (await listKeys(database)).filter((key) => key.prefix === prefix);
    assert(revoked?.revokedAt);
    assert.deepEqual([revoked.dailyLimit, limited?.dailyLimit], [null, 5_000_000]);
  });

  it("by its number, for whoever has it no longer", async () => {
    const { old, young, prefix } = await twins();
    const ambiguous = await run("key", "revoke", prefix);
    assert.equal(ambiguous.code, 1);
    const numbers = /^glyphdesk: 2 keys start with "desk-.": (id:\d+), (id:\d+)\. Give the number, /.exec(
      ambiguous.stderr,
    );
    assert(numbers?.[1] && numbers[2], ambiguous.stderr);
    assert.match((await run("key", "list")).stdout, new RegExp(`^${numbers[2]} +${prefix}… +payer `, "m"));
    const { stdout } = await run("key", "revoke", numbers[2]);
    assert.equal(stdout, `The key ${prefix}… no longer works.\n`);
    assert.deepEqual([await works(old), await works(young)], [true, false]);
    // The other one is now alone in beginning so, and is found as the list shows it.
    await answer("key", "limit", `${prefix}…`, "--rate", "5");
    await answer("key", "revoke", prefix.slice(0, 6));
    assert.equal(await works(old), false);
  });

  it("by nothing that is wrong after the characters that are kept", async () => {
    const key = await createKey(database, "payer");
    const wrong = `${key.slice(0, 6)}totallywrongrest`;
    for (const words of [
      ["key", "revoke", wrong],
      ["key", "revoke", "id:999999"],
      ["key", "revoke", ""],
      ["key", "limit", `${key}x`, "--daily", "1"],
      ["rule", "set", "people", "--key", wrong],
      ["rule", "remove", "--key", key],
    ]) {
      const { code, stderr } = await run(...words);
      assert.equal(code, 1, words.join(" "));
      assert.match(
        stderr,
        /^glyphdesk: No (live key|key with such a rule) .+ See `glyphdesk (key|rule) list`\.\n$/,
      );
      assert(!stderr.includes(wrong) && !stderr.includes(key), "a whole key is not repeated");
    }
    assert.equal(await works(key), true);
  });

  it("so for a rule too", async () => {
    const { old, young, prefix } = await twins();
    const set = await answer("rule", "set", "people", "--key", young);
    assert.partialDeepStrictEqual(set, { keyPrefix: prefix, mode: "people" });
    const { keyId } = set as { keyId: number };
    await answer("rule", "set", "machine", "--key", old);
    assert.match((await run("rule", "list")).stdout, new RegExp(`^${prefix}… id:${keyId} +all +people`, "m"));
    await answer("key", "revoke", young);
    assert.match((await run("rule", "remove", "--key", prefix)).stderr, /2 keys start with "desk-/);
    assert.partialDeepStrictEqual(await answer("rule", "remove", "--key", `id:${keyId}`), {
      removed: { keyPrefix: prefix, keyId, type: null },
    });
    assert.partialDeepStrictEqual(await answer("rule", "list"), [{ mode: "machine", keyPrefix: prefix }]);
  });
});
