import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { after, it } from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { silentLogger, type Logger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import { startServer } from "../../src/server.ts";
import { createTestDatabase } from "../support/database.ts";

const { url } = await createTestDatabase();

async function listening(port: number): Promise<Server | null> {
  const server = createServer();
  const free = await new Promise<boolean>((done) => {
    server.once("error", () => done(false)).listen(port, "127.0.0.1", () => done(true));
  });
  return free ? server : null;
}

/** A port that somebody has taken, and whose neighbour below is free. */
async function takenPort(): Promise<number> {
  for (;;) {
    const blocker = await listening(0);
    assert(blocker);
    after(() => blocker.close());
    const { port } = blocker.address() as AddressInfo;
    const below = await listening(port - 1);
    if (below === null) continue;
    await new Promise((done) => below.close(done));
    return port;
  }
}

const start = (environment: Record<string, string>, logger: Logger = silentLogger) =>
  startServer(
    loadConfig({
      GLYPHDESK_DATABASE_URL: url,
      GLYPHDESK_SOLVERS: "text-image",
      GLYPHDESK_ROLE: "api",
      ...environment,
    }),
    logger,
  );

it("the widget origin takes another port when the one after the API's is taken, unless the operator chose it", async () => {
  const taken = await takenPort();
  const server = await start({ GLYPHDESK_PORT: String(taken - 1) });
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
  await server.stop();
  await assert.rejects(
    start({ GLYPHDESK_PORT: "0", GLYPHDESK_WIDGET_PORT: String(taken) }),
    (error) => error instanceof OperatorError && /GLYPHDESK_WIDGET_PORT/.test(error.message),
  );
});

for (const role of ["all", "runner"]) {
  it(`refuses an address that this machine does not have and names the option, as ${role}`, async () => {
    const warned: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => warned.push(message) };
    for (const host of ["192.0.2.1", `${"x".repeat(64)}.invalid`]) {
      const environment = { GLYPHDESK_HOST: host, GLYPHDESK_PORT: "8080", GLYPHDESK_ROLE: role };
      await assert.rejects(
        start({ ...environment, GLYPHDESK_SOLVERS: "./bench/no-op-solver.js" }, logger),
        (error) => error instanceof OperatorError && /Set GLYPHDESK_HOST/.test(error.message),
      );
    }
    assert.deepEqual(warned, []);
  });
}

it("the widget origin is at the chosen port, with nothing of the API on it", async () => {
  const port = (await takenPort()) - 1;
  const server = await start({ GLYPHDESK_PORT: "0", GLYPHDESK_WIDGET_PORT: String(port) });
  assert.equal((await fetch(`http://127.0.0.1:${port}/frame.js`)).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 404);
  assert.equal(
    (await fetch(`${server.url}/frame.js`, { method: "POST" })).headers.get("content-type"),
    "application/json; charset=utf-8",
  );
  await server.stop();
});
