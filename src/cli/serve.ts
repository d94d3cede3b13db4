import { once } from "node:events";
import { Command } from "commander";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { OPTIONS, type Config, type OptionName } from "../config/options.ts";
import { startServer } from "../server.ts";
import { logConsole } from "./console-log.ts";
import { makeLogger, readConfig, withOptions } from "./context.ts";
import { listenForStop } from "./stop-signals.ts";

/** `glyphdesk serve`: runs until a signal tells it to stop, which it does at any moment of its start as well. */
export function serveCommand(): Command {
  const command = new Command("serve").description("run the server");
  return withOptions(command, Object.keys(OPTIONS) as OptionName[]).action(
    async (flags: Record<string, unknown>) => {
      const config = readConfig(flags);
      const logger = makeLogger(config);
      logConsole(logger);
      const { signal: stop } = listenForStop(logger);
      try {
        await run(config, logger, stop);
      } catch (error) {
        if (!stop.aborted) throw error;
        logger.info({ reason: messageOf(error) }, "stopped before the start was finished");
      }
      // Third-party solvers may leave handles behind; everything of ours is closed and on disk.
      process.exit(0);
    },
  );
}

async function run(config: Config, logger: Logger, stop: AbortSignal): Promise<void> {
  const server = await startServer(config, logger, stop);
  process.stderr.write(welcome(server.url, server.firstKey));
  process.stdout.write(`${JSON.stringify({ event: "listening", url: server.url })}\n`);
  if (!stop.aborted) await once(stop, "abort");
  await server.stop();
}

function welcome(url: string, firstKey: string | null): string {
  const lines = [`Glyphdesk answers at ${url}, with its documentation at ${url}/docs`];
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
