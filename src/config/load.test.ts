import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OperatorError } from "../base/errors.ts";
import { loadConfig } from "./load.ts";

describe("loadConfig", () => {
  it("takes defaults, environment and flags, the last one first", () => {
    assert.equal(loadConfig({}).port, 8080);
    assert.equal(loadConfig({ GLYPHDESK_PORT: "9000" }).port, 9000);
    assert.equal(loadConfig({ GLYPHDESK_PORT: "9000" }, { port: "9001" }).port, 9001);
    assert.equal(loadConfig({ GLYPHDESK_PORT: "" }).port, 8080);
    assert.equal(loadConfig({ GLYPHDESK_DATA_DIR: "/a" }, { dataDir: "" }).dataDir, "/a");
    assert.equal(loadConfig({}, { dataDir: "" }).dataDir, loadConfig({}).dataDir);
  });

  it("refuses unknown names and faulty values, all at once and without showing secrets", () => {
    assert.throws(
      () =>
        loadConfig({
          GLYPHDESK_PROT: "1",
          GLYPHDESK_PORT: "70000",
          GLYPHDESK_API_KEY: "secret__key",
          GLYPHDESK_CALLBACK_ALLOW: "10.0.0.0/33",
          GLYPHDESK_WIDGET_ORIGIN: "https://widgets.example.com/path",
        }),
      (error) =>
        error instanceof OperatorError &&
        ["PROT is not", "_PORT (--port): ", "_API_KEY: ", "_CALLBACK_ALLOW", "_WIDGET_ORIGIN"].every((part) =>
          error.message.includes(part),
        ) &&
        !error.message.includes("secret__key"),
    );
  });

  it("refuses one port for two listeners", () => {
    assert.throws(() => loadConfig({ GLYPHDESK_WIDGET_PORT: "8080" }), {
      name: "OperatorError",
      message: /\nGLYPHDESK_WIDGET_PORT: expected another port than GLYPHDESK_PORT, got 8080 for both\.$/,
    });
    assert.equal(loadConfig({ GLYPHDESK_PORT: "0", GLYPHDESK_WIDGET_PORT: "0" }).widgetPort, 0);
    assert.throws(
      () => loadConfig({ GLYPHDESK_PORT: "x", GLYPHDESK_WIDGET_PORT: "x" }),
      (error) => error instanceof OperatorError && !/for both/.test(error.message),
    );
  });

  it("refuses a database address that its password cuts in two, and shows none of it", () => {
    for (const text of ["u:pa#ss@h/d", "u:1#ss@h/d", "u:1/ss@h/d", "u:1?ss@h/d", "u:p%ss@h/d", "u:p/w@h/d"]) {
      assert.throws(
        () => loadConfig({ GLYPHDESK_DATABASE_URL: `postgres://${text}` }),
        (error) => error instanceof OperatorError && /%23/.test(error.message) && !/@h/.test(error.message),
        text,
      );
    }
    for (const text of [
      "u:pa%23ss@h:1/d",
      "u@/d?host=/run/x",
      "/d?host=%2Frun",
      "%2Frun/d",
      "[::1]:5/d?ssl=1",
    ]) {
      const url = `postgres://${text}`;
      assert.equal(loadConfig({ GLYPHDESK_DATABASE_URL: url }).databaseUrl, url);
    }
  });

  it("refuses prices that are not one name, one = and one amount each, and says which", () => {
    const faulty: [string, RegExp][] = [
      ["ImageToTextTask=0.5,=3", /"=3" is not a task type, one = and an amount/],
      ["ImageToTextTask=0.1=9", /"ImageToTextTask=0\.1=9" is not a task type/],
      ["ImageToTextTask", /"ImageToTextTask" is not a task type/],
      ["ImageToTextTask=1,IMAGETOTEXTTASK = 2", /IMAGETOTEXTTASK is named twice/],
      ["ImageToTextTask=", /"" is not an amount in dollars/],
      ["ImageToTextTask=0,5", /"5" is not a task type/],
      ["ImageToTextTask=-1", /"-1" is below 0/],
    ];
    for (const [text, message] of faulty) {
      assert.throws(() => loadConfig({ GLYPHDESK_PRICES: text }), { name: "OperatorError", message }, text);
    }
  });

  it("reads prices and ranges", () => {
    const config = loadConfig({
      GLYPHDESK_PRICES: "ImageToTextTask=0.001",
      GLYPHDESK_CALLBACK_ALLOW: "10.0.0.0/8, fd00::/8",
    });
    assert.equal(config.prices.get("imagetotexttask"), 1000);
    assert.equal(config.callbackAllow.check("10.1.2.3"), true);
    assert.equal(config.callbackAllow.check("11.1.2.3"), false);
    assert.equal(config.callbackAllow.check("fd00::1", "ipv6"), true);
  });
});
