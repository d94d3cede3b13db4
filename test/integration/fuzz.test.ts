import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { it, type TestContext } from "node:test";
import fc from "fast-check";
import { openApi } from "../../src/http/openapi.ts";
import { EXAMPLE_PICTURE } from "../../src/protocol/catalogue/images.ts";
import { ERRORS } from "../../src/protocol/errors.ts";
import { addSite } from "../../src/sites/sites.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp, parseAnswer } from "../support/app.ts";
import { dialectRequests, jsonRequests, type FuzzRequest } from "../support/fuzz-requests.ts";

/**
 * `npm test` sends some hundred requests with a fixed seed; `npm run fuzz` as many as go into FUZZ_SECONDS with a seed
 * of its own, which it prints. FUZZ_SEED repeats a run.
 */
const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);
const SEED = Number(process.env["FUZZ_SEED"] ?? (SECONDS > 0 ? randomInt(2 ** 31) : 20_261_124));
const SHARE = 0.45;
const RUNS =
  SECONDS > 0
    ? { numRuns: 1e9, interruptAfterTimeLimit: SECONDS * SHARE * 1000, markInterruptAsFailure: false }
    : { numRuns: 500 };

/** Stands in everything of the other account that a caller could be shown. */
const SECRET = "belongs-to-somebody-else";

const { app, desk } = await createTestApp();
const { key } = await desk.addAccount("fuzzed", 1e12);
const stranger = await desk.addAccount("stranger", 1e6);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });
await addSite(desk.database, { pattern: "private.example", consent: SECRET });
const own = [await submit(key, "mine")];
const theirs = [await submit(stranger.key, SECRET)];
for (const answer of ["mine", SECRET]) await solveOldest(answer);
own.push(await submit(key, "mine"));
theirs.push(await submit(stranger.key, SECRET));
const before = await strangersRows();

const targets = {
  key,
  taskIds: [...own, ...theirs],
  paths: Object.entries((openApi("0") as { paths: Record<string, object> }).paths)
    .filter(([, operations]) => "post" in operations)
    .map(([path]) => path),
};

async function submit(clientKey: string, comment: string): Promise<number> {
  const payload = { clientKey, task: { type: "ImageToTextTask", body: EXAMPLE_PICTURE, comment } };
  const answer = await app.inject({ method: "POST", url: "/createTask", payload });
  return Number(parseAnswer(answer)["taskId"]);
}

async function solveOldest(answer: string): Promise<void> {
  const [task = assert.fail()] = await claim(desk.database, desk.images, {
    lane: "machine",
    limit: 1,
    leasedBy: "test",
    leaseMs: 60_000,
  });
  const solution = { text: answer };
  const end = { key: task.key, lease: task.lease, solver: "test", solution, confidence: 1, detail: null };
  await desk.settler.settle({ ...end, to: "solved" });
}

/** All that requests of somebody else must not change. */
function strangersRows(): Promise<unknown> {
  return desk.database.query(
    `select a.balance, (select json_agg(t order by t.key) from tasks t where t.account_id = a.id) as tasks,
       (select json_agg(l order by l.id) from ledger l where l.account_id = a.id) as ledger
     from accounts a where a.id = $1`,
    [stranger.caller.accountId],
  );
}

async function send({ method, url, headers, payload }: FuzzRequest) {
  const answer = await app.inject({ method, url, headers, payload });
  assert(answer.statusCode < 500, `HTTP ${answer.statusCode}`);
  assert(!answer.body.includes(SECRET), "data of another account");
  assert(!/ at .*\.(ts|js):\d+/.test(answer.body), "a stack trace");
  return answer;
}

/** Sends requests until the time or the number is up; every code that came is counted. */
async function fuzz(
  context: TestContext,
  requests: fc.Arbitrary<FuzzRequest>,
  check: (request: FuzzRequest) => Promise<string>,
): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  const outcome = await fc.check(
    fc.asyncProperty(requests, async (request) => {
      const code = await check(request);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }),
    { seed: SEED, ...RUNS },
  );
  const counts = [...codes].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  context.diagnostic(`seed ${SEED}, ${outcome.numRuns} requests: ${counts.join(", ")}`);
  assert(!outcome.failed, `${String(outcome.errorInstance)}\n${fc.defaultReportMessage(outcome)}`);
  return codes;
}

it("any request is answered in the protocol's shape", async (context) => {
  const codes = await fuzz(context, jsonRequests(targets), async (request) => {
    const { errorCode = "success" } = parseAnswer(await send(request));
    // A fault of ours would hide behind this code.
    assert.notEqual(errorCode, "ERROR_SERVICE_NOT_AVAILABLE");
    assert(errorCode === "success" || Object.hasOwn(ERRORS, String(errorCode)), String(errorCode));
    return String(errorCode);
  });
  for (const code of [
    "success",
    "ERROR_TASK_ABSENT",
    "ERROR_KEY_DOES_NOT_EXIST",
    "ERROR_INVALID_TASK",
    "ERROR_NO_SUCH_CAPCHA_ID",
    "ERROR_TASK_NOT_SUPPORTED",
    "ERROR_DOMAIN_NOT_ALLOWED",
  ]) {
    assert(codes.has(code), `${code} never came: the requests are too tame`);
  }
});

it("any request is answered in the dialect's words", async (context) => {
  const codes = await fuzz(context, dialectRequests(targets), async (request) => {
    const { body, headers } = await send(request);
    const isJson = String(headers["content-type"]).startsWith("application/json");
    const said = isJson ? (JSON.parse(body) as Record<string, unknown>) : null;
    if (said !== null) assert(said["status"] === 0 || said["status"] === 1, body);
    if (said?.["status"] === 1) return "OK";
    const word = said === null ? body : String(said["request"]);
    if (/^(OK\||\d+(\.\d+)?$|OK_)/.test(word) || word.includes("|")) return "OK";
    assert.match(word, /^[A-Z_]+(: \d{4})?$/);
    return word;
  });
  for (const code of ["OK", "ERROR_METHOD_CALL", "ERROR_WRONG_CAPTCHA_ID", "ERROR_BAD_PARAMETERS"]) {
    assert(codes.has(code), `${code} never came: the requests are too tame`);
  }
});

it("bytes on a socket end in an answer or the end of the connection, never in a hanging one", async () => {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
    fc
      .tuple(fc.constantFrom(...targets.paths), fc.string(), fc.uint8Array({ maxLength: 100 }))
      .map(([path, header, raw]) =>
        Buffer.concat([
          Buffer.from(`POST ${path} HTTP/1.1\r\nHost: desk\r\nX: ${header}\r\nContent-Length: 9\r\n\r\n`),
          raw,
        ]),
      ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const socket = connect({ port, host: "127.0.0.1" });
      await once(socket, "connect");
      socket.on("error", () => undefined);
      socket.end(sent);
      const answer = await text(socket).catch(() => "");
      assert(!answer.startsWith("HTTP/1.1 5"), answer.slice(0, 200));
    }),
    { seed: SEED, numRuns: 100 },
  );
  const { promise, resolve } = Promise.withResolvers<number>();
  app.server.getConnections((_error, count) => resolve(count));
  assert.equal(await promise, 0);
});

it("leaves the other account as it was, and nothing open", async () => {
  assert.deepEqual(await strangersRows(), before, "the other account was changed");
  const open = process.getActiveResourcesInfo().filter((kind) => /File|Zlib|Worker|FSReq/i.test(kind));
  assert.deepEqual(open, [], "handles were left open");
});
