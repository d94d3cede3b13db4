import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, it } from "node:test";
import { Script } from "node:vm";
import { Compile } from "typebox/compile";
import { TASK_TYPES } from "../../src/protocol/catalogue/catalogue.ts";
import { exampleTask } from "../../src/protocol/catalogue/describe.ts";
import { createTestApp } from "../support/app.ts";

const { app } = await createTestApp();

type Json = Record<string, unknown>;

describe("GET /openapi.json", () => {
  it("describes what is answered, with examples that fit its own schemas and references that lead somewhere", async () => {
    const answer = await app.inject("/openapi.json");
    assert.match(String(answer.headers["content-type"]), /^application\/json/);
    const document = answer.json<{
      openapi: string;
      paths: Json;
      components: { schemas: Record<string, Json> };
    }>();
    assert.equal(document.openapi, "3.1.0");
    const { paths } = document;
    for (const [path, operations] of Object.entries(paths)) {
      for (const verb of Object.keys(operations as object)) {
        assert(app.hasRoute({ url: path, method: verb.toUpperCase() }), `${verb} ${path}`);
      }
    }
    assert(["/createTask", "/cancelTask", "/test", "/api/useragent/actual"].every((path) => path in paths));
    for (const field of ["wait", "appId", "deadlineMs", "confidence"]) {
      assert.match(
        JSON.stringify(paths["/createTask"]),
        new RegExp(`"${field}":\\{[^}]*"description":`),
        field,
      );
    }
    const { schemas } = document.components;
    for (const [, name = ""] of answer.body.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      assert(name in schemas, name);
    }
    const byTitle = new Map(Object.values(schemas).map((schema) => [schema["title"], schema]));
    for (const type of TASK_TYPES) {
      const schema = byTitle.get(type.title);
      assert.equal(schema !== undefined, type.route.kind !== "not offered", type.title);
      if (schema === undefined) continue;
      const { examples } = schema;
      assert.deepEqual(examples, [exampleTask(type, "minimal")]);
      // The documented kinds; what else is taken (digit strings, empty strings) is leniency.
      const strict = JSON.parse(JSON.stringify(examples)) as Json[];
      const metadata = strict[0]?.["metadata"] as Json | undefined;
      if (typeof metadata?.["iterations"] === "string")
        metadata["iterations"] = Number(metadata["iterations"]);
      if (typeof strict[0]?.["version"] === "number") strict[0]["version"] = String(strict[0]["version"]);
      assert.deepEqual(Compile(schema).Errors(strict[0]), [], type.title);
    }
    assert(!/"(ignored|bareString)"/.test(answer.body));
  });
});

describe("GET /docs", () => {
  it("is one page that needs nothing from elsewhere, under a policy that allows nothing else", async () => {
    const answer = await app.inject("/docs");
    assert.match(String(answer.headers["content-type"]), /^text\/html/);
    const policy = String(answer.headers["content-security-policy"]);
    assert.match(
      policy,
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/,
    );
    assert(!/unsafe|\*/.test(policy));
    const inline = [...answer.body.matchAll(/<(script|style)( type="[^"]*")?>(.*?)<\/\1>/gs)];
    assert.equal(inline.length, 2);
    for (const [, element = "", , text = ""] of inline) {
      assert(policy.includes(`'sha256-${hash("sha256", text, "base64")}'`), element);
      if (element === "script") assert(new Script(text));
    }
    assert(!/(src|href)="(?!\/openapi\.json)/.test(answer.body));
    assert(!/ (on\w+|style)="/.test(answer.body));
    for (const { title } of TASK_TYPES) assert(answer.body.includes(`<summary>${title} `), title);
    const [, data = ""] = /id="examples">(.*?)<\/script>/.exec(answer.body) ?? [];
    assert.equal((JSON.parse(data) as Json)["ImageToTextTask"] === undefined, false);
  });
});
