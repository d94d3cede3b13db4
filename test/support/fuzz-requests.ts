import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { TASK_TYPES } from "../../src/protocol/catalogue/catalogue.ts";
import { exampleTask } from "../../src/protocol/catalogue/describe.ts";

/** One request that the fuzzer sends. */
export interface FuzzRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload: Buffer;
}

/** What is known of the desk under test, so that requests are not all refused at the door. */
export interface FuzzTargets {
  readonly key: string;
  /** Tasks of the caller, and of another account. */
  readonly taskIds: readonly number[];
  /** The paths of the JSON protocol's methods. */
  readonly paths: readonly string[];
}

const SCRIPTS = ["/in.php", "/res.php"];
const CONTENT_TYPES = [
  "application/json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "\u00ff",
  "",
];
const ODD = ["", "0", 0, -1, 1e308, null, true, [], {}, "\0", "\ud800", "__proto__", "constructor", "'; --"];

/** Requests in the JSON protocol: from bytes at random to complete tasks with one field exchanged. */
export function jsonRequests({ key, taskIds, paths }: FuzzTargets): fc.Arbitrary<FuzzRequest> {
  const value = fc.oneof(
    fc.constantFrom<unknown>(...ODD, key, ...taskIds, ...taskIds.map(String)),
    fc.jsonValue({ depthSize: "small" }),
    fc.base64String({ maxLength: 300 }),
  );
  const fields = fc.constantFrom(
    ...new Set(TASK_TYPES.flatMap(({ schema }) => Object.keys(schema.properties))),
    "type",
    "clientKey",
    "callbackUrl",
    "softId",
    "confidence",
    "correctText",
    "queueId",
    "queue",
    "date",
    "deadlineMs",
    "text",
    "__proto__",
  );
  const example = fc
    .constantFrom(...TASK_TYPES)
    .chain((type) => fc.constantFrom(exampleTask(type, "minimal"), exampleTask(type, "full")));
  const task = fc
    .tuple(example, fc.dictionary(fields, value, { maxKeys: 2 }))
    .map(([whole, changes]) => Object.assign({}, whole, changes));
  const nearly = fc
    .tuple(
      fc.record({
        clientKey: fc.oneof({ weight: 6, arbitrary: fc.constant<unknown>(key) }, value),
        task: fc.oneof({ weight: 4, arbitrary: task }, value),
        taskId: fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...taskIds) }, value),
        // Short: nobody works on the tasks, so that every second would be waited out.
        wait: fc.constantFrom<unknown>(undefined, undefined, 0, "0.02", 0.01, -1, "long", {}),
      }),
      fc.dictionary(fields, value, { maxKeys: 3 }),
    )
    .map(([whole, more]) => Buffer.from(JSON.stringify({ ...more, ...whole })));
  return requests(fc.constantFrom(...paths), mostly("POST", "GET", "PUT"), nearly);
}

/** Requests in the 2Captcha dialect. */
export function dialectRequests({ key, taskIds }: FuzzTargets): fc.Arbitrary<FuzzRequest> {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.base64String({ maxLength: 300 }));
  const name = fc.constantFrom(
    ..."key method action id ids json body file version enterprise pageurl googlekey sitekey publickey gt".split(
      " ",
    ),
    ..."challenge captcha_id numeric min_len max_len proxy proxytype cookies pingback data[blob]".split(" "),
    ..."challenge_json recaptcha recaptcharows pagedata domain min_score __proto__ constructor".split(" "),
  );
  const word = fc.constantFrom(
    ..."post base64 userrecaptcha hcaptcha turnstile funcaptcha geetest geetest_v4 altcha amazon_waf".split(
      " ",
    ),
    ..."get get2 getbalance reportbad reportgood add_pingback 1 v3 https://shop.example/ {} [] %00".split(
      " ",
    ),
    ...taskIds.map(String),
    taskIds.join(","),
  );
  const usual = fc.record(
    {
      action: fc.constantFrom("get", "get2", "reportbad", "reportgood", "getbalance"),
      id: fc.constantFrom(...taskIds.map(String)),
      method: fc.constantFrom("base64", "userrecaptcha", "turnstile", "lemin"),
      pageurl: fc.constant("https://shop.example/"),
      json: fc.constantFrom("0", "1"),
    },
    { requiredKeys: [] },
  );
  const pairs = fc
    .tuple(
      usual,
      fc.array(fc.tuple(fc.oneof({ weight: 8, arbitrary: name }, text), fc.oneof(word, text)), {
        maxLength: 4,
      }),
    )
    .map(
      ([some, more]): [string, string][] =>
        [["key", key]].concat(Object.entries(some), more) as [string, string][],
    );
  const body = pairs.chain((list) =>
    fc.constantFrom(
      Buffer.from(new URLSearchParams(list).toString()),
      Buffer.from(JSON.stringify(Object.fromEntries(list))),
      Buffer.from(multipart(list)),
    ),
  );
  const url = fc
    .tuple(fc.constantFrom(...SCRIPTS), pairs)
    .map(([script, list]) => `${script}?${new URLSearchParams(list).toString()}`);
  return requests(url, fc.constantFrom("POST", "GET"), body);
}

function multipart(pairs: readonly [string, string][]): string {
  const parts = pairs.map(
    ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join("")}--x--\r\n`;
}

/** The first of the values nearly always. */
function mostly<Value>(first: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(first) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

function requests(
  url: fc.Arbitrary<string>,
  method: fc.Arbitrary<FuzzRequest["method"]>,
  sensible: fc.Arbitrary<Buffer>,
): fc.Arbitrary<FuzzRequest> {
  const payload = fc.oneof(
    { weight: 9, arbitrary: sensible },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
    // A request that was cut off, or got a byte too many.
    { weight: 1, arbitrary: fc.tuple(sensible, fc.nat(400)).map(([bytes, at]) => bytes.subarray(0, at)) },
  );
  return fc
    .record({
      method,
      url,
      type: fc.constantFrom(...CONTENT_TYPES),
      encoding: mostly("", "packed", "gzip", "br", "deflate"),
      idempotency: fc.option(fc.constantFrom("a", "b", "c".repeat(300), " "), { nil: "" }),
      payload,
    })
    .map(({ method: verb, url: address, type, encoding, idempotency, payload: bytes }) => ({
      method: verb,
      url: address,
      payload: verb === "GET" ? Buffer.alloc(0) : encoding === "packed" ? gzipSync(bytes) : bytes,
      headers: {
        ...(type !== "" && { "content-type": type }),
        ...(encoding !== "" && { "content-encoding": encoding === "packed" ? "gzip" : encoding }),
        ...(idempotency !== "" && { "idempotency-key": idempotency }),
      },
    }));
}
