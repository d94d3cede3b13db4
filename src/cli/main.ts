import { Command, CommanderError } from "commander";
import { messageOf, OperatorError } from "../base/errors.ts";
import { accountCommands } from "./accounts.ts";
import { auditCommand } from "./audit.ts";
import { backupCommands } from "./backup.ts";
import { callbackCommands } from "./callbacks.ts";
import { exportCommands } from "./export.ts";
import { goldCommands } from "./gold.ts";
import { doctorCommand } from "./doctor.ts";
import { keyCommands } from "./keys.ts";
import { migrateCommand } from "./migrate.ts";
import { ruleCommands } from "./rules.ts";
import { workerCommands } from "./workers.ts";
import { recognitionCommands } from "./recognition.ts";
import { serveCommand } from "./serve.ts";
import { siteCommands } from "./sites.ts";

/** Runs one command line (without node and script). Sets the exit code; never throws. */
export async function main(words: readonly string[]): Promise<void> {
  const program = new Command("glyphdesk")
    .description("A self-hosted answer desk for CAPTCHA tasks.")
    .showHelpAfterError("(add --help for the options)");
  for (const command of [
    serveCommand(),
    ...recognitionCommands(),
    accountCommands(),
    keyCommands(),
    callbackCommands(),
    siteCommands(),
    workerCommands(),
    ruleCommands(),
    goldCommands(),
    exportCommands(),
    auditCommand(),
    migrateCommand(),
    ...backupCommands(),
    doctorCommand(),
  ]) {
    program.addCommand(command);
  }
  overrideExit(program);
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else {
      // What the operator can act on is shown as a sentence; anything else is a fault of ours and needs its trace.
      const text =
        error instanceof OperatorError || !(error instanceof Error) ? messageOf(error) : error.stack;
      process.stderr.write(`glyphdesk: ${text}\n`);
      process.exitCode = 1;
    }
  }
}

/** Lets parse errors come back as exceptions in every command, so that `main` alone decides how to end. */
function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}
