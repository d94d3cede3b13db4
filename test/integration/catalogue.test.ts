import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findType, TASK_TYPES } from "../../src/protocol/catalogue/catalogue.ts";
import { exampleTask, fieldLines, type FieldLine } from "../../src/protocol/catalogue/describe.ts";
import type { TaskType } from "../../src/protocol/catalogue/task-type.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { addSite } from "../../src/sites/sites.ts";
import { createTestApp } from "../support/app.ts";

const { desk, call } = await createTestApp();
const { key: clientKey } = await desk.addAccount("payer", 1_000_000);
await addSite(desk.database, { pattern: "shop.example", consent: "the tests' own site" });

type Task = Readonly<Record<string, unknown>>;

async function create(task: Task): Promise<string> {
  const answer = await call("createTask", { clientKey, task });
  assert.equal(answer["taskId"] === 0, answer["errorId"] === 1);
  return answer["errorId"] === 0
    ? "accepted"
    : `${String(answer["errorCode"])} ${String(answer["errorDescription"])}`;
}

/** What validation alone says, for types that are refused before it. */
function validate(task: Task): string {
  const { type } = findType(task);
  try {
    type.read(task);
    return "valid";
  } catch (error) {
    assert(error instanceof ProtocolError);
    return `${error.code} ${error.message}`;
  }
}

/** A copy with one field set, or with `undefined` taken out. */
function withField(task: Task, path: string, value: unknown): Task {
  const [first = "", ...rest] = path.split(".");
  const inner = rest.length === 0 ? value : withField((task[first] ?? {}) as Task, rest.join("."), value);
  return { ...task, [first]: inner };
}

const isOffered = ({ route }: TaskType) => route.kind !== "not offered";
/** The fields that the row itself reads: the selecting field decides which row that is, and the proxy has its own test. */
const ownLines = (type: TaskType) =>
  fieldLines(type.schema).filter(({ path }) => path !== type.variant?.field && !path.startsWith("proxy"));
const requiredLeaves = (type: TaskType) =>
  ownLines(type).filter(
    ({ path, required }, _, all) => required && !all.some((line) => line.path.startsWith(`${path}.`)),
  );

function wrongValue({ kind }: FieldLine): unknown {
  if (kind.startsWith("list")) return 5;
  return kind === "object" ? 5 : { wrong: "kind" };
}

for (const type of TASK_TYPES) {
  describe(type.title, () => {
    for (const size of ["minimal", "full"] as const) {
      it(`takes the ${size} request, or says why not`, async () => {
        const task = exampleTask(type, size);
        assert.equal(validate(task), "valid");
        assert.deepEqual(
          Object.keys(task).filter((name) => name !== "type" && !(name in type.schema.properties)),
          [],
        );
        const answer = await create(task);
        const elsewhere = await create({ ...task, websiteURL: "https://elsewhere.example/" });
        switch (type.route.kind) {
          case "machine":
            assert.equal(answer, "accepted");
            assert.equal(elsewhere, "accepted");
            break;
          case "computed":
            assert.equal(answer, "accepted");
            assert.match(elsewhere, /^ERROR_DOMAIN_NOT_ALLOWED .*elsewhere\.example/);
            break;
          case "people":
            assert.match(
              answer,
              task["websiteURL"] === undefined
                ? /^ERROR_DOMAIN_NOT_ALLOWED .*send websiteURL/
                : /^ERROR_NO_SLOT_AVAILABLE .*no worker is online/,
            );
            assert.match(elsewhere, /^ERROR_DOMAIN_NOT_ALLOWED .*elsewhere\.example/);
            break;
          case "not offered":
            assert.match(answer, /^ERROR_TASK_NOT_SUPPORTED .*on purpose/);
            break;
        }
      });
    }

    it("names each required field that is missing, and all of them at once", async () => {
      const task = exampleTask(type, "minimal");
      const lines = requiredLeaves(type);
      for (const { path, description } of lines) {
        const missing = withField(task, path, undefined);
        const said = isOffered(type) ? await create(missing) : validate(missing);
        assert.match(said, /^ERROR_INVALID_TASK /, path);
        assert(said.includes(`${path}: expected ${description}, got nothing`), said);
      }
      const { type: name } = task;
      const bare = { type: name, ...(type.variant ? { [type.variant.field]: type.variant.value } : {}) };
      const said = isOffered(type) ? await create(bare) : validate(bare);
      for (const { path } of lines) assert(said.includes(`${path}: expected`), said);
    });

    it("names each field of a wrong kind", async () => {
      const task = exampleTask(type, "minimal");
      for (const line of ownLines(type)) {
        const wrong = withField(task, line.path, wrongValue(line));
        const said = isOffered(type) ? await create(wrong) : validate(wrong);
        assert.match(said, /^ERROR_INVALID_TASK /, line.path);
        assert(said.includes(`${line.path}: expected ${line.description}, got `), said);
      }
    });

    it("is found by its aliases, in any casing", async () => {
      for (const alias of [type.name, ...(type.aliases ?? [])]) {
        const task = { ...exampleTask(type, "minimal"), type: alias.toUpperCase() };
        const { variant } = type;
        const cased = variant
          ? { ...task, [variant.field.toUpperCase()]: variant.value.toUpperCase() }
          : task;
        assert.equal(findType(cased).type.title, type.title, alias);
        assert.equal(
          (await create(cased)).split(" ")[0],
          (await create(exampleTask(type, "minimal"))).split(" ")[0],
        );
      }
    });

    if (type.proxy !== "none") {
      it("validates the proxy block and stores it masked", () => {
        const proxy = { proxyType: "HTTP", proxyAddress: "203.0.113.7", proxyPort: "8080" };
        const credentials = { proxyLogin: "me", proxyPassword: "secret" };
        const task = exampleTask(type, "minimal");
        const read = type.read({ ...task, ...proxy, ...credentials });
        const { proxyType, proxyAddress, proxyPort, proxyLogin, proxyPassword } = read;
        assert.deepEqual(
          [proxyType, proxyAddress, proxyPort, proxyLogin, proxyPassword],
          ["http", "203.0.113.7", 8080, "***", "***"],
        );
        const all = { ...task, ...proxy, ...credentials };
        for (const field of ["proxyType", "proxyPort"]) {
          assert.match(
            validate({ ...all, [field]: undefined }),
            new RegExp(`^ERROR_PROXY_MISSING .*${field}: expected`),
          );
        }
        assert.match(validate({ ...all, proxyType: "ftp" }), /^ERROR_PROXY_MISSING .*proxyType: .*got "ftp"/);
        const percent = validate({ ...all, proxyPassword: "100%secret" });
        assert.match(percent, /^ERROR_PROXY_CREDENTIALS_INVALID_CHARACTER .*proxyPassword/);
        assert(!percent.includes("secret"));
        for (const address of [
          "localhost",
          "127.0.0.1",
          "not an address",
          "http://203.0.113.7",
          "300.1.1.1",
        ]) {
          assert.match(
            validate({ ...all, proxyAddress: address }),
            /^ERROR_INVALID_TASK .*proxyAddress/,
            address,
          );
        }
        const without = { ...all, proxyAddress: "", proxyPort: 0, proxyLogin: undefined, proxyPassword: "" };
        if (type.proxy === "required")
          assert.match(validate(without), /^ERROR_PROXY_MISSING .*proxyAddress.*proxyLogin/);
        else assert.equal(validate(without), "valid");
      });
    }
  });
}

describe("the rules between fields", () => {
  const faults: readonly [string, Task, RegExp][] = [
    [
      "websiteURL without a scheme",
      { type: "TurnstileTask", websiteURL: "shop.example", websiteKey: "k" },
      /^ERROR_RECAPTCHA_INVALID_DOMAIN .*websiteURL/,
    ],
    [
      "websiteURL with another scheme",
      { type: "TurnstileTask", websiteURL: "ftp://shop.example", websiteKey: "k" },
      /^ERROR_RECAPTCHA_INVALID_DOMAIN/,
    ],
    [
      "a malformed websiteURL and a missing key",
      { type: "TurnstileTask", websiteURL: "x" },
      /^ERROR_INVALID_TASK (?=.*websiteURL)(?=.*websiteKey)/,
    ],
    [
      "math with the module captcha_math",
      { type: "ImageToTextTask", body: "x", math: true, capMonsterModule: "captcha_math" },
      /^ERROR_INVALID_TASK .*math/,
    ],
    [
      "both kinds of pictures",
      { ...complex("recaptcha"), imageUrls: ["https://x.example"] },
      /^ERROR_INVALID_TASK .*either imagesBase64 or imageUrls, got both/,
    ],
    [
      "neither kind of pictures",
      { ...complex("recaptcha"), imagesBase64: null },
      /^ERROR_INVALID_TASK .*got neither/,
    ],
    [
      "two pictures where there is one",
      { ...complex("recaptcha"), imagesBase64: [picture(), picture()] },
      /^ERROR_INVALID_TASK .*at most one picture, got 2/,
    ],
    [
      "a task and a definition",
      { ...complex("recaptcha"), metadata: { Grid: "3X3", Task: "a", TaskDefinition: "b" } },
      /^ERROR_INVALID_TASK .*got both/,
    ],
    [
      "an unknown grid",
      { ...complex("recaptcha"), metadata: { Grid: "5x5", Task: "a" } },
      /^ERROR_INVALID_TASK .*metadata\.Grid: .*got "5x5"/,
    ],
    [
      "a picture too small",
      { ...complex("recaptcha"), imagesBase64: ["AAAA"] },
      /^ERROR_ZERO_CAPTCHA_FILESIZE .*imagesBase64\[0\]/,
    ],
    [
      "a picture too large",
      { ...complex("recaptcha"), imagesBase64: ["A".repeat(700_000)] },
      /^ERROR_TOO_BIG_CAPTCHA_FILESIZE .*imagesBase64\[0\]/,
    ],
    [
      "no picture at all",
      { ...complex("recaptcha"), imagesBase64: ["A".repeat(400)] },
      /^ERROR_INVALID_TASK .*imagesBase64\[0\]/,
    ],
    [
      "nine pictures missing eight",
      { ...complex("recognition"), metadata: { Task: "BLS_3X3" } },
      /^ERROR_INVALID_TASK (?=.*9 files)(?=.*metadata\.TaskArgument)/,
    ],
    [
      "a sound that is not called one",
      { ...complex("recognition"), metadata: { Task: "bills_audio" } },
      /^ERROR_INVALID_TASK .*metadata\.PayloadType: expected Audio/,
    ],
    [
      "an unknown recognition",
      { ...complex("recognition"), metadata: { Task: "x" } },
      /^ERROR_INVALID_TASK .*metadata\.Task/,
    ],
    [
      "an unknown class",
      { type: "CustomTask", class: "x", websiteURL: "https://shop.example" },
      /^ERROR_TASK_NOT_SUPPORTED .*altcha/,
    ],
    ["no class", { type: "CustomTask", websiteURL: "https://shop.example" }, /^ERROR_INVALID_TASK .*class/],
    ["a class of a wrong kind", { type: "CustomTask", class: 5 }, /^ERROR_INVALID_TASK .*class .*got 5/],
    [
      "GeeTest 3 without its challenge, on a site that is not authorised",
      { type: "GeeTestTask", websiteURL: "https://elsewhere.example", gt: "x", version: 3 },
      /^ERROR_TASK_NOT_SUPPORTED GeeTestTask is answered .*cannot show them this widget\. See \/docs /,
    ],
    [
      "GeeTest 3, whose widget is not shown",
      { type: "GeeTestTask", websiteURL: "https://shop.example", gt: "x", challenge: "y" },
      /^ERROR_TASK_NOT_SUPPORTED GeeTestTask is answered .*cannot show them this widget\. See \/docs /,
    ],
    [
      "an unknown version of GeeTest",
      { type: "GeeTestTask", websiteURL: "https://shop.example", gt: "x", version: 5 },
      /^ERROR_INVALID_TASK .*version: expected 3 or 4, got 5/,
    ],
    [
      "a challenge that is no hash",
      {
        ...exampleTask(altcha(), "minimal"),
        metadata: { challenge: "x", iterations: 5, salt: "s", signature: "s" },
      },
      /^ERROR_INVALID_TASK .*metadata\.challenge/,
    ],
    [
      "the address of a challenge in its place",
      { type: "AltchaTaskProxyless", websiteURL: "https://shop.example", challengeURL: "/challenge" },
      /^ERROR_INVALID_TASK .*challengeJSON: expected .* not fetched from challengeURL here, got nothing/,
    ],
    [
      "Friendly Captcha without its script",
      { type: "FriendlyCaptchaTaskProxyless", websiteURL: "https://shop.example", websiteKey: "k" },
      /^ERROR_INVALID_TASK .*metadata\.apiGetLib: expected the address of the widget's script, .*got nothing/,
    ],
  ];
  for (const [name, task, expected] of faults) {
    it(`refuse ${name}`, async () => assert.match(await create(task), expected));
  }

  it("bind the types that are not offered as well", () => {
    const withMetadata = (kind: string, metadata: Task) => {
      const task = exampleTask(findType({ type: "CustomTask", class: kind }).type, "minimal");
      return { ...task, metadata: { ...(task["metadata"] as Task), ...metadata } };
    };
    assert.match(validate(withMetadata("hunt", { data: "x", widgetUrl: "y" })), /metadata\.data: .*got both/);
    assert.match(
      validate(withMetadata("alibaba", { sceneId: "", prefix: null })),
      /(?=.*sceneId)(?=.*prefix)/,
    );
    assert.equal(validate(withMetadata("alibaba", { sceneId: "", prefix: null, punishUrl: "x" })), "valid");
    const amazon = { type: "AmazonTask", websiteURL: "https://shop.example", websiteKey: "k" };
    assert.match(validate(amazon), /captchaScript or challengeScript, got neither/);
    assert.equal(validate({ ...amazon, challengeScript: "x", context: "", iv: "" }), "valid");
  });

  it("let GeeTest 4 go without a challenge", async () => {
    const task = { type: "GeeTestTask", websiteURL: "https://shop.example", gt: "x", version: "4" };
    assert.match(await create(task), /^ERROR_NO_SLOT_AVAILABLE/);
  });

  it("answer only the site keys that a site was authorised for", async () => {
    await addSite(desk.database, { pattern: "keys.example", consent: "test", siteKeys: ["right"] });
    const task = { type: "TurnstileTask", websiteURL: "https://keys.example/" };
    // Until the list has been read again.
    while (!(await create({ ...task, websiteKey: "right" })).startsWith("ERROR_NO_SLOT"));
    assert.match(await create({ ...task, websiteKey: "other" }), /^ERROR_DOMAIN_NOT_ALLOWED .*site keys/);
  });
});

function altcha(): TaskType {
  return findType({ type: "CustomTask", class: "altcha" }).type;
}

function picture(): string {
  const [body] = complexTask("recaptcha")["imagesBase64"] as string[];
  return body ?? "";
}

function complexTask(kind: string): Task {
  return exampleTask(findType({ type: "ComplexImageTask", class: kind }).type, "minimal");
}

function complex(kind: string): Task {
  return { ...complexTask(kind), websiteURL: "https://shop.example/" };
}
