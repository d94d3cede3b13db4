import { Command } from "commander";
import { OPTIONS, type OptionName } from "../config/options.ts";
import { startServer } from "../server.ts";
import { makeLogger, readConfig, withOptions } from "./context.ts";

/** `glyphdesk serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export function serveCommand(): Command {
  const command = new Command("serve").description("run the server");
  return withOptions(command, Object.keys(OPTIONS) as OptionName[]).action(
    async (flags: Record<string, unknown>) => {
      const config = readConfig(flags);
      const logger = makeLogger(config);
      const signalled = Promise.withResolvers<NodeJS.Signals>();
      const onSignal = (signal: NodeJS.Signals) => signalled.resolve(signal);
      process.on("SIGTERM", onSignal).on("SIGINT", onSignal);

      const server = await startServer(config, logger);
      process.stderr.write(welcome(server.url, server.firstKey));
      process.stdout.write(`${JSON.stringify({ event: "listening", url: server.url })}\n`);

      const signal = await signalled.promise;
      logger.info({ signal }, "stopping");
      process.on("SIGTERM", () => process.exit(1)).on("SIGINT", () => process.exit(1));
      await server.stop();
      // Third-party solvers may leave handles behind; everything of ours is closed and on disk.
      process.exit(0);
    },
  );
}

function welcome(url: string, firstKey: string | null): string {
  const lines = [`Glyphdesk answers at ${url}`];
  if (firstKey !== null) {
    lines.push(`API key of the first account, shown only this once:  ${firstKey}`);
  }
  lines.push(
    "Try it:",
    `  curl -s ${url}/getBalance -d '{"clientKey":"${firstKey ?? "YOUR_KEY"}"}'`,
    `  printf '{"clientKey":"${firstKey ?? "YOUR_KEY"}","task":{"type":"ImageToTextTask","body":"%s"}}' "$(base64 -w0 docs/example.png)" | curl -s ${url}/createTask -d @-`,
  );
  return `${lines.join("\n")}\n`;
}
