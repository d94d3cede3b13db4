import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { glyphdesk, startGlyphdesk } from "../support/process.ts";

/** The server as its operator meets it: start, refusals to start, and the end. */
const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-serve-"));
after(() => rm(dataDir, { recursive: true, force: true }));
const environment = { GLYPHDESK_DATA_DIR: dataDir, GLYPHDESK_SOLVERS: "./bench/no-op-solver.js" };

it("prints the first key once, works beside the commands, and ends at SIGTERM although a client hangs", async () => {
  const server = await startGlyphdesk(environment);
  const documentation = /documentation at (\S+)/.exec(server.stderr())?.[1] ?? "";
  assert.equal((await fetch(documentation)).status, 200);
  const key = /shown only this once: +(\S+)/.exec(server.stderr())?.[1] ?? "";
  assert.match(key, /^[0-9a-f]{32}$/);
  const answer = await fetch(`${server.url}/getBalance`, {
    method: "POST",
    body: JSON.stringify({ clientKey: key }),
  });
  assert.deepEqual(await answer.json(), { errorId: 0, balance: 1000 });
  const accounts = JSON.parse(await glyphdesk(dataDir, "account", "list", "--json")) as { name: string }[];
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ["default"],
  );

  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write("POST /getBalance HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n{");
  assert.equal(await server.stop(), 0);

  const again = await startGlyphdesk(environment);
  assert.doesNotMatch(again.stderr(), /shown only this once/);
  assert.equal(await again.stop("SIGINT"), 0);
});

it("refuses to start with a sentence when an option is unknown or a solver cannot start, and leaves nothing running", async () => {
  await assert.rejects(
    startGlyphdesk({ ...environment, GLYPHDESK_PRICES: "ImageToTxtTask=0.5" }),
    /GLYPHDESK_PRICES.*\n"imagetotxttask" is no task type\. Did you mean ImageToTextTask\?/,
  );
  await assert.rejects(
    startGlyphdesk({ ...environment, GLYPHDESK_PROT: "1" }),
    /GLYPHDESK_PROT is not an option/,
  );
  const solvers = "./bench/no-op-solver.js,./test/support/broken-solver.js";
  await assert.rejects(
    startGlyphdesk({ ...environment, GLYPHDESK_SOLVERS: solvers }),
    /this solver cannot start/,
  );
  await assert.rejects(
    startGlyphdesk({ ...environment, GLYPHDESK_SOLVERS: "./none.js" }),
    /"\.\/none\.js" cannot be loaded/,
  );
});
