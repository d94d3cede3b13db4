import { Command, Option as Flag } from "commander";
import { OperatorError } from "../base/errors.ts";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import {
  CONSENSUS,
  listRules,
  MODES,
  removeRule,
  setRule,
  type Consensus,
  type Mode,
} from "../tasks/rules.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
  readonly key?: string;
  readonly type?: string;
}

interface SetFlags extends Flags {
  readonly consensus: Consensus;
}

/** `glyphdesk rule set|list|remove`. */
export function ruleCommands(): Command {
  const group = new Command("rule").description("who answers: the recogniser, people, or both");
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));
  const scoped = (name: string) =>
    new Command(name)
      .option("--key <prefix>", "only for this API key (default: all)")
      .option("--type <type>", "only for this task type, such as ImageToTextTask (default: all)");

  add(
    scoped("set")
      .description("set a rule; the most exact one counts, the key before the type")
      .argument("<mode>", MODES.join(", "))
      .addOption(
        new Flag("--consensus <people>", "how many people must say the same")
          .choices(Object.keys(CONSENSUS))
          .default("1"),
      )
      .action(async (mode: string, flags: SetFlags) => {
        const { consensus } = flags;
        const rule = { ...scopeOf(flags), mode: parseMode(mode), consensus };
        await withDatabase(flags, (database) => setRule(database, rule));
        print(flags, rule, "The rule holds for tasks that are created from now on.");
      }),
  );
  add(
    new Command("list").description("list the rules").action(async (flags: Flags) => {
      const rules = await withDatabase(flags, listRules);
      const rows = rules.map(({ keyPrefix, type, mode, consensus }) => [
        keyPrefix === null ? "all" : `${keyPrefix}…`,
        type ?? "all",
        mode,
        consensus,
      ]);
      print(flags, rules, table(["KEY", "TYPE", "MODE", "CONSENSUS"], rows));
    }),
  );
  add(
    scoped("remove")
      .description("remove the rule for a key and a type")
      .action(async (flags: Flags) => {
        const { keyPrefix, type } = scopeOf(flags);
        await withDatabase(flags, (database) => removeRule(database, keyPrefix, type));
        print(flags, { removed: { keyPrefix, type } }, "The rule is gone.");
      }),
  );
  return group;
}

function parseMode(text: string): Mode {
  const mode = MODES.find((known) => known === text);
  if (mode === undefined) throw new OperatorError(`"${text}" is no mode. Choose from: ${MODES.join(", ")}.`);
  return mode;
}

/** @throws OperatorError for a type that is not in the catalogue */
function scopeOf({
  key = null,
  type = null,
}: {
  readonly key?: string | null;
  readonly type?: string | null;
}) {
  if (type === null) return { keyPrefix: key, type };
  const found = TASK_TYPES.find(({ title }) => title.toLowerCase() === type.trim().toLowerCase());
  if (found === undefined) {
    throw new OperatorError(`"${type}" is no task type. See docs/task-types.md for their names.`);
  }
  return { keyPrefix: key, type: found.title };
}
