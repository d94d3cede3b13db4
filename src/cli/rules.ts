import { Command, Option as Flag } from "commander";
import { numberOf, type FoundKey } from "../accounts/find-key.ts";
import { OperatorError } from "../base/errors.ts";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { kindOf } from "../protocol/kinds.ts";
import {
  CONSENSUS,
  listRules,
  MODES,
  removeRule,
  setRule,
  type Consensus,
  type Mode,
  type Scope,
} from "../tasks/rules.ts";
import { withDatabase, withOptions } from "./context.ts";
import { NAMED } from "./keys.ts";
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
      .option("--key <key>", `only for this API key: ${NAMED} (default: all)`)
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
        const scope = scopeOf(flags);
        const rule = { mode: parseMode(mode), consensus: flags.consensus };
        refuseIdle(scope, rule.mode);
        const key = await withDatabase(flags, (database) => setRule(database, scope, rule));
        print(
          flags,
          { ...shown(key, scope), ...rule },
          "The rule holds for tasks that are created from now on.",
        );
      }),
  );
  add(
    new Command("list").description("list the rules").action(async (flags: Flags) => {
      const rules = await withDatabase(flags, listRules);
      const rows = rules.map(({ keyId, keyPrefix, type, mode, consensus }) => [
        keyId === null ? "all" : `${keyPrefix}… ${numberOf(keyId)}`,
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
        const scope = scopeOf(flags);
        const key = await withDatabase(flags, (database) => removeRule(database, scope));
        print(flags, { removed: shown(key, scope) }, "The rule is gone.");
      }),
  );
  return group;
}

function parseMode(text: string): Mode {
  const mode = MODES.find((known) => known === text);
  if (mode === undefined) throw new OperatorError(`"${text}" is no mode. Choose from: ${MODES.join(", ")}.`);
  return mode;
}

/** @throws OperatorError when tasks of the type are answered, or not, in the same way whatever such a rule says */
function refuseIdle({ type }: Scope, mode: Mode): void {
  const route = TASK_TYPES.find(({ title }) => title === type)?.route.kind;
  if (type === null || route === undefined || route === "machine") return;
  const why = {
    "not offered": "it is not supported",
    computed: "it is computed",
    people: "only people answer it",
  }[route];
  // Who answers is fixed for people's pictures as well, but not how many must say the same.
  if (route === "people" && kindOf(type, {}) !== "widget") {
    if (mode !== "machine") return;
    throw new OperatorError(
      `A rule leaves no ${type} to the recogniser: ${why}. Set people, with --consensus.`,
    );
  }
  throw new OperatorError(`A rule changes nothing for ${type}: ${why}.`);
}

/** @throws OperatorError for a type that is not in the catalogue */
function scopeOf({ key = null, type = null }: Partial<Scope>): Scope {
  if (type === null) return { key, type };
  const found = TASK_TYPES.find(({ title }) => title.toLowerCase() === type.trim().toLowerCase());
  if (found === undefined) {
    throw new OperatorError(`"${type}" is no task type. See docs/task-types.md for their names.`);
  }
  return { key, type: found.title };
}

/** The key by its beginning, however it was typed: the whole of it is nobody's to see. */
function shown(key: FoundKey | null, { type }: Scope): object {
  return { keyPrefix: key?.prefix ?? null, keyId: key?.id ?? null, type };
}
