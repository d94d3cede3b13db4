/** Run as a process of its own by the tests: `embedded-child.ts DATA_DIR ROLE`. Talks in JSON lines. */
import { messageOf, OperatorError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { startEmbedded } from "../../src/database/embedded/start-embedded.ts";

const [dataDir = "", role = "server"] = process.argv.slice(2);

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
  const server = await startEmbedded({
    dataDir,
    role: role === "guest" ? "guest" : "server",
    logger: silentLogger,
  });
  say({ event: "up", connection: server.connection });
  process.once("SIGTERM", () => {
    void server.stop().then(() => process.exit(0));
  });
  // Alive until told otherwise.
  setInterval(() => undefined, 60_000);
} catch (error) {
  say({
    event: "failed",
    kind: error instanceof OperatorError ? "operator" : "other",
    message: messageOf(error),
  });
  process.exitCode = 1;
}
