import assert from "node:assert/strict";
import test from "node:test";
import { OperatorError } from "../../base/errors.ts";
import { chooseIdentity, findUser, type IdentityFacts } from "./identity.ts";

const passwd =
  "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\nalice:x:1000:1000::/home/alice:\n";
const root = { uid: 0, gid: 0 };
const alice = { uid: 1000, gid: 1000 };
const facts: IdentityFacts = { ownUid: 0, dataDir: "/data", homeOwner: null, dataDirOwner: root, passwd };

test("root runs the database as the owner of its directory, else of the data directory, else as nobody", () => {
  assert.deepEqual(chooseIdentity(facts), { uid: 65534, gid: 65533 });
  assert.deepEqual(chooseIdentity({ ...facts, dataDirOwner: alice }), alice);
  assert.deepEqual(chooseIdentity({ ...facts, homeOwner: alice }), alice);
  assert.deepEqual(chooseIdentity({ ...facts, homeOwner: root, dataDirOwner: alice }), alice);
});

test("root without any user to run as is told what to do", () => {
  assert.throws(() => chooseIdentity({ ...facts, passwd: "" }), OperatorError);
});

test("an ordinary user runs it as itself, and not in a directory of somebody else", () => {
  assert.equal(chooseIdentity({ ...facts, ownUid: 1000 }), null);
  assert.equal(chooseIdentity({ ...facts, ownUid: 1000, homeOwner: alice }), null);
  assert.throws(
    () => chooseIdentity({ ...facts, ownUid: 1001, homeOwner: alice }),
    /belongs to user id 1000/,
  );
});

test("a user is found by its whole name", () => {
  assert.deepEqual(findUser(passwd, "alice"), alice);
  assert.equal(findUser(passwd, "ali"), null);
});
