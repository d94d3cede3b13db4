import assert from "node:assert/strict";
import { it } from "node:test";
import { listWorkers } from "../../src/people/workers.ts";
import { startCommands } from "../support/command.ts";
import { createTestDatabase } from "../support/database.ts";

const { database, url } = await createTestDatabase();
const run = startCommands({ GLYPHDESK_DATABASE_URL: url });

it("an invitation says which address it assumes, and takes no other than one that a browser can open", async () => {
  const plain = await run("worker", "invite", "ada", "--port", "9090");
  assert.match(
    plain.stdout,
    /^ada signs in once .*\nhttp:\/\/127\.0\.0\.1:9090\/workspace\/#invite=\S+\nIf the desk is not at http:\/\/127\.0\.0\.1:9090 for their browser, say where with --url\.\n$/,
  );
  const named = await run("worker", "invite", "ada", "--url", "https://desk.example/");
  assert.match(named.stdout, /^ada .*\nhttps:\/\/desk\.example\/workspace\/#invite=\S+\n$/);
  for (const [fault, ...words] of [
    [/^glyphdesk: --url nonsense: expected an address such as https/, "--url", "nonsense"],
    [/^glyphdesk: --url https:\/\/desk\.example\/x: expected/, "--url", "https://desk.example/x"],
    [/^glyphdesk: The port is 0, any free one: say where the desk is with --url\.\n$/, "--port", "0"],
  ] as const) {
    const { code, stdout, stderr } = await run("worker", "invite", "bob", ...words);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, fault);
  }
  assert.deepEqual((await listWorkers(database)).length, 1);
});

it("languages are codes, and what a worker is given from now on is shown", async () => {
  await run("worker", "invite", "eve", "--languages", "any");
  for (const words of [
    ["invite", "eve"],
    ["allow", "eve"],
  ]) {
    const { code, stderr } = await run("worker", ...words, "--languages", "de,xx1");
    assert.equal(code, 1);
    assert.equal(stderr, 'glyphdesk: "xx1" is not the code of a language, such as en, de or de-at.\n');
  }
  const nothing = await run("worker", "allow", "eve");
  assert.deepEqual([nothing.code, nothing.stdout], [1, ""]);
  assert.match(nothing.stderr, /^glyphdesk: Name at least one: --kinds/);
  assert.equal(
    (await run("worker", "allow", "eve", "--kinds", "text,grid")).stdout,
    "eve is given: text, grid; languages: any.\n",
  );
  assert.equal(
    (await run("worker", "allow", "eve", "--languages", "DE-at")).stdout,
    "eve is given: text, grid; languages: de-at.\n",
  );
});
