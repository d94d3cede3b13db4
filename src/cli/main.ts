import { Command, CommanderError, Help } from "commander";
import { messageOf, OperatorError } from "../base/errors.ts";
import { surviveBrokenOutput, visible } from "./output.ts";
import { version } from "./version.ts";

/**
 * The commands by their first word. Each brings what it needs when it is called: `site list` takes 0.7 s of processor
 * time, its database's start among it, and would take 1.5 s with the whole server behind it.
 */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["serve", async () => (await import("./serve.ts")).serveCommand()],
  ["solve", async () => (await import("./recognition.ts")).solveCommand()],
  ["bench", async () => (await import("./recognition.ts")).benchCommand()],
  ["account", async () => (await import("./accounts.ts")).accountCommands()],
  ["key", async () => (await import("./keys.ts")).keyCommands()],
  ["callback", async () => (await import("./callbacks.ts")).callbackCommands()],
  ["site", async () => (await import("./sites.ts")).siteCommands()],
  ["worker", async () => (await import("./workers.ts")).workerCommands()],
  ["rule", async () => (await import("./rules.ts")).ruleCommands()],
  ["gold", async () => (await import("./gold.ts")).goldCommands()],
  ["export", async () => (await import("./export.ts")).exportCommands()],
  ["audit", async () => (await import("./audit.ts")).auditCommand()],
  ["migrate", async () => (await import("./migrate.ts")).migrateCommand()],
  ["backup", async () => (await import("./backup.ts")).backupCommand()],
  ["restore", async () => (await import("./backup.ts")).restoreCommand()],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand()],
]);

/** Runs one command line (without node and script). Sets the exit code; never throws. */
export async function main(words: readonly string[]): Promise<void> {
  surviveBrokenOutput();
  const program = new Command("glyphdesk")
    .description("A self-hosted answer desk for CAPTCHA tasks.")
    .version(version());
  const named = COMMANDS.get(words[0] ?? "");
  // Help and wrong words need all of them.
  const load = named === undefined ? [...COMMANDS.values()] : [named];
  for (const command of await Promise.all(load.map((one) => one()))) program.addCommand(command);
  prepare(program);
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else {
      // What the operator can act on is shown as a sentence; anything else is a fault of ours and needs its trace.
      const text = error instanceof Error && !(error instanceof OperatorError) ? error.stack : undefined;
      process.stderr.write(`glyphdesk: ${visible(text ?? messageOf(error))}\n`);
      process.exitCode = 1;
    }
  }
}

/** Every command has options: saying so in each line of a list leaves narrow terminals no room for what they do. */
const HELP = {
  minWidthToWrap: 20,
  subcommandTerm: (command: Command) => new Help().subcommandTerm(command).replace(" [options]", ""),
};

/**
 * Lets parse errors come back as exceptions in every command, so that `main` alone decides how to end. They are printed
 * before that, and quote what was typed, or what a shell's `*` found.
 */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureHelp(HELP)
    .showHelpAfterError("(add --help for the options)")
    .configureOutput({ outputError: (text, write) => write(visible(text)) });
  command.commands.forEach(prepare);
}
