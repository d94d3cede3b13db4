import { Command, Option as Flag } from "commander";
import { OperatorError } from "../base/errors.ts";
import { OPTIONS, type Config } from "../config/options.ts";
import {
  allowWorker,
  disableWorker,
  enableWorker,
  endSessions,
  inviteWorker,
  listWorkers,
  parseKinds,
  pauseWorker,
  setCheckShare,
  type Worker,
} from "../people/workers.ts";
import { readQuality } from "../people/quality.ts";
import { KINDS, LANGUAGE, ROLES, type Role } from "../protocol/workspace.ts";
import { readConfig, withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
}

interface InviteFlags extends Flags {
  readonly role?: Role;
  readonly kinds?: string;
  readonly languages?: string;
  readonly url?: string;
}

/** `glyphdesk worker invite|list|quality|check-share|pause|resume|allow|sign-out|disable|enable`. */
export function workerCommands(): Command {
  const group = new Command("worker").description("the people who answer in the workspace");
  const add = (command: Command, ...options: ("host" | "port")[]) =>
    group.addCommand(withJson(withOptions(command, ["dataDir", ...options])));
  const named = (name: string, description: string) =>
    new Command(name).description(description).argument("<name>", "as `worker list` shows it");

  add(
    new Command("invite")
      .description(
        "make a worker, or a new invitation for one, of whom only what is named here changes; the link is shown only this once",
      )
      .argument("<name>", "what they sign in with")
      .addOption(new Flag("--role <role>", "auditors only read (default: worker)").choices([...ROLES]))
      .option("--kinds <list>", `what they may answer, of ${KINDS.join(", ")} (default: all)`)
      .option("--languages <list>", "language codes, such as en,de; any for all (default: any)")
      .option("--url <address>", "where their browser finds the desk (default: from host and port)")
      .action(async (name: string, flags: InviteFlags) => {
        // The server has an option of the same name.
        const { role, ...rest } = flags;
        const worker = {
          name,
          ...(role !== undefined && { role }),
          ...(flags.kinds !== undefined && { kinds: parseKinds(words(flags.kinds)) }),
          ...(flags.languages !== undefined && { languages: parseLanguages(flags.languages) }),
        };
        const given = flags.url === undefined ? null : parseAddress(flags.url);
        const address = given ?? addressOf(readConfig(rest));
        const token = await withDatabase(rest, (database) => inviteWorker(database, worker));
        const link = `${address}/workspace/#invite=${token}`;
        const assumed = `\nIf the desk is not at ${address} for their browser, say where with --url.`;
        print(
          flags,
          { name, link },
          `${name} signs in once within three days at\n${link}${given === null ? assumed : ""}`,
        );
      }),
    "host",
    "port",
  );
  add(
    new Command("list").description("list the workers").action(async (flags: Flags) => {
      const workers = await withDatabase(flags, listWorkers);
      const rows = workers.map((worker) => [
        worker.name,
        worker.role,
        stateOf(worker),
        worker.allowed.join(" "),
        worker.languages.join(" ") || "any",
        worker.lastSeen?.toISOString().slice(0, 16) ?? "never",
      ]);
      print(flags, workers, table(["NAME", "ROLE", "STATE", "KINDS", "LANGUAGES", "LAST ITEM"], rows));
    }),
  );
  add(
    new Command("quality")
      .description("how the workers did in the last seven days")
      .action(async (flags: Flags) => {
        const workers = await withDatabase(flags, readQuality);
        const rows = workers.map((worker) => [
          worker.name,
          String(worker.answered),
          worker.medianMs === null ? "" : `${(worker.medianMs / 1000).toFixed(1)} s`,
          percent(worker.accuracy),
          percent(worker.agreement),
          percent(worker.skipped),
          String(worker.late),
          String(worker.reported),
          percent(worker.checkShare),
        ]);
        const headings = [
          "NAME",
          "ANSWERED",
          "MEDIAN",
          "CHECKS RIGHT",
          "AGREED",
          "SKIPPED",
          "LATE",
          "REPORTED",
        ];
        print(flags, workers, table([...headings, "CHECK SHARE"], rows));
      }),
  );
  add(
    named("check-share", "how many of the items that a worker is given are check items")
      .argument("<percent>", "0 to 100; 5 unless set")
      .action(async (name: string, text: string, flags: Flags) => {
        const share = Number(text) / 100;
        if (!/^\d{1,3}$/.test(text) || share > 1) {
          throw new OperatorError(`"${text}" is not a percentage from 0 to 100.`);
        }
        await withDatabase(flags, (database) => setCheckShare(database, name, share));
        print(flags, { name, share }, `${text} % of what ${name} is given are check items.`);
      }),
  );
  add(
    named("pause", "give a worker nothing for now; the page shows the reason")
      .requiredOption("--reason <sentence>", "shown to the worker (required)")
      .action(async (name: string, flags: Flags & { readonly reason: string }) => {
        await withDatabase(flags, (database) => pauseWorker(database, name, flags.reason));
        print(flags, { paused: name }, `${name} is given nothing.`);
      }),
  );
  add(
    named("resume", "let a paused worker go on").action(async (name: string, flags: Flags) => {
      await withDatabase(flags, (database) => pauseWorker(database, name, null));
      print(flags, { resumed: name }, `${name} is given items again.`);
    }),
  );
  add(
    named("sign-out", "end a worker's sessions, at once").action(async (name: string, flags: Flags) => {
      await withDatabase(flags, (database) => endSessions(database, name));
      print(flags, { signedOut: name }, `${name} is signed out everywhere.`);
    }),
  );
  add(
    named("enable", "let a disabled worker in again").action(async (name: string, flags: Flags) => {
      await withDatabase(flags, (database) => enableWorker(database, name));
      print(flags, { enabled: name }, `${name} can sign in again.`);
    }),
  );
  add(
    named("allow", "what a worker may answer from now on; what is left out stays as it is")
      .option("--kinds <list>", `of ${KINDS.join(", ")}`)
      .option("--languages <list>", "language codes, such as en,de; any for all")
      .action(
        async (name: string, flags: Flags & { readonly kinds?: string; readonly languages?: string }) => {
          if (flags.kinds === undefined && flags.languages === undefined) {
            throw new OperatorError(
              "Name at least one: --kinds such as text,grid, or --languages such as en,de.",
            );
          }
          const changes = {
            ...(flags.kinds !== undefined && { kinds: parseKinds(words(flags.kinds)) }),
            ...(flags.languages !== undefined && { languages: parseLanguages(flags.languages) }),
          };
          const worker = await withDatabase(flags, async (database) => {
            await allowWorker(database, name, changes);
            return (await listWorkers(database)).find((one) => one.name === name);
          });
          const { allowed: kinds = [], languages = [] } = worker ?? {};
          const text = `${name} is given: ${kinds.join(", ") || "nothing"}; languages: ${languages.join(", ") || "any"}.`;
          print(flags, { allowed: name, kinds, languages }, text);
        },
      ),
  );
  add(
    named("disable", "end a worker's sessions and let them in no more, at once").action(
      async (name: string, flags: Flags) => {
        await withDatabase(flags, (database) => disableWorker(database, name));
        print(flags, { disabled: name }, `${name} can no longer sign in.`);
      },
    ),
  );
  return group;
}

function percent(share: number | null): string {
  return share === null ? "" : `${(share * 100).toFixed(0)} %`;
}

function words(list: string): string[] {
  return list.split(",").flatMap((word) => word.trim() || []);
}

/** @throws OperatorError naming the first that is no code */
function parseLanguages(list: string): string[] {
  if (list === "any") return [];
  const codes = words(list);
  const wrong = codes.find((code) => code.length > 40 || !new RegExp(LANGUAGE).test(code));
  if (wrong === undefined) return codes;
  throw new OperatorError(`"${wrong}" is not the code of a language, such as en, de or de-at.`);
}

function stateOf({ disabledAt, paused, online, invited }: Worker): string {
  if (disabledAt !== null) return "disabled";
  if (paused !== null) return "paused";
  if (online) return "online";
  return invited ? "invited" : "away";
}

function parseAddress(text: string): string {
  try {
    return OPTIONS.widgetOrigin.parse(text.replace(/\/+$/, ""));
  } catch {
    throw new OperatorError(
      `--url ${text}: expected an address such as https://desk.example.com, without a path.`,
    );
  }
}

/** Where a browser on this machine finds a desk with this configuration, which the one that runs may not have. */
function addressOf({ host, port }: Config): string {
  if (port === 0) throw new OperatorError("The port is 0, any free one: say where the desk is with --url.");
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
