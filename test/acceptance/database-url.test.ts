import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, it } from "node:test";
import { promisify } from "node:util";
import { silentLogger } from "../../src/base/logger.ts";
import { openPool } from "../../src/database/pool.ts";
import { createTestDatabase } from "../support/database.ts";
import { cleanEnvironment } from "../support/process.ts";

/** Ordinary mistakes with a PostgreSQL of one's own: each is a sentence that says what to do, and no trace. */
const { connection } = await createTestDatabase();
const mark = randomBytes(6).toString("hex");
const [name, user] = [`own_${mark}`, `user_${mark}`];
const admin = openPool({
  connection: { ...connection, database: "postgres" },
  logger: silentLogger,
  size: 1,
  timeoutMs: 0,
});
await admin.query(`create role ${user} login`);
await admin.query(`create database ${name}`);
const inside = openPool({
  connection: { ...connection, database: name },
  logger: silentLogger,
  size: 1,
  timeoutMs: 0,
});
after(async () => {
  await inside.close();
  await admin.query(`drop database ${name} with (force)`);
  await admin.query(`drop role ${user}`);
  await admin.close();
});

const urlOf = (user: string, database: string) =>
  `postgres://${user}:s3cret@localhost:${connection.port}/${database}?host=${encodeURIComponent(connection.host)}`;

async function run(
  url: string,
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...cleanEnvironment(), GLYPHDESK_DATABASE_URL: url, GLYPHDESK_PORT: "0" };
  const ran = promisify(execFile)("./bin/glyphdesk.js", words, { env });
  return ran.then(
    (done) => ({ code: 0, ...done }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
}

/** What a command says that fails for a reason that its operator can mend. */
async function refusal(url: string, command = "migrate"): Promise<string> {
  const { code, stderr } = await run(url, command);
  assert.equal(code, 1, stderr);
  assert(!/^ +at |s3cret|sec#ret/m.test(stderr), stderr);
  return stderr;
}

it("nothing at the address, an unknown host, a password that cuts the address in two", async () => {
  const [down, nowhere, cut] = await Promise.all([
    refusal("postgres://me:s3cret@127.0.0.1:1/desk"),
    refusal("postgres://me:s3cret@no-such-host.invalid/desk"),
    refusal("postgres://me:sec#ret@127.0.0.1/desk"),
  ]);
  assert.match(down, /no PostgreSQL answers at 127\.0\.0\.1:1 .*\n.*Start it/);
  assert.match(nowhere, /the name in no-such-host\.invalid:5432 is not known/);
  assert.match(cut, /GLYPHDESK_DATABASE_URL.*%23/);
});

it("a missing database; doctor says the same as serve", async () => {
  const url = urlOf(user, `missing_${mark}`);
  const [served, doctor] = await Promise.all([
    refusal(url, "serve"),
    run(url, "doctor", "--json", "--solvers", "./bench/no-op-solver.js"),
  ]);
  const sentence = `there is no database missing_${mark} at ${connection.host}`;
  const advice = `create database "missing_${mark}" owner "${user}";`;
  for (const part of [sentence, advice]) assert(served.includes(part), served);
  const { findings } = JSON.parse(doctor.stdout) as {
    findings: { check: string; state: string; found: string; advice: string }[];
  };
  const found = findings.find(({ check }) => check === "database");
  assert.equal(found?.state, "fault");
  assert(found.found.includes(sentence), doctor.stdout);
  assert(found.advice.includes(advice), doctor.stdout);
});

it("a user without rights, who has what it needs with what is advised; a database that is read-only", async () => {
  const url = urlOf(user, name);
  const said = await refusal(url);
  assert.match(said, new RegExp(`the user ${user} may not do all that is needed in ${name} at`));
  const grants = said.match(/grant [^;]+;/g) ?? [];
  assert.equal(grants.length, 2, said);
  for (const grant of grants) await inside.query(grant);
  await admin.query(`alter database ${name} set default_transaction_read_only = on`);
  assert.match(await refusal(url), /is read-only .*\n.*primary/);
  await admin.query(`alter database ${name} reset default_transaction_read_only`);
  assert.equal((await run(url, "migrate")).code, 0);
});

it("a server that is too old", async () => {
  await inside.query("create schema old");
  await inside.query(
    `create function old.current_setting(text) returns text language sql
     return case $1 when 'server_version' then '15.9' else '150009' end`,
  );
  await inside.query(`grant usage on schema old to ${user}`);
  await admin.query(`alter database ${name} set search_path = old, pg_catalog, public`);
  assert.match(
    await refusal(urlOf(user, name), "serve"),
    /is PostgreSQL 15\.9\.\nUse PostgreSQL 16 or newer/,
  );
});
