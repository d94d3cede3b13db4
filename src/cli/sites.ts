import { Command } from "commander";
import { messageOf, OperatorError } from "../base/errors.ts";
import { addSite, listSites, removeSite } from "../sites/sites.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";
import { parseExpiry } from "./time.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
}

interface AddFlags extends Flags {
  readonly consent: string;
  readonly siteKey: readonly string[];
  readonly expires?: string;
}

/** `glyphdesk site add|list|remove`. */
export function siteCommands(): Command {
  const group = new Command("site").description(
    "authorised sites: those whose owner agreed to have them answered",
  );
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    new Command("add")
      .description("authorise a site; only with its owner's consent")
      .argument("<host>", "shop.example.com, or *.example.com for every host below example.com")
      .requiredOption("--consent <note>", "who agreed, when, and where that is written down (required)")
      .option("--site-key <key>", "answer only this site key (may be repeated)", collect, [])
      .option("--expires <when>", "last moment of the consent, such as 2027-01-31 or 2027-01-31T18:00:00Z")
      .action(async (host: string, flags: AddFlags) => {
        const expiresAt = flags.expires === undefined ? null : expiry(flags.expires);
        const { consent, siteKey: siteKeys } = flags;
        const site = await withDatabase(flags, (database) =>
          addSite(database, { pattern: host, consent, siteKeys, expiresAt }),
        );
        print(flags, site, `${site.pattern} is authorised.`);
      }),
  );
  add(
    new Command("list").description("list the authorised sites").action(async (flags: Flags) => {
      const sites = await withDatabase(flags, listSites);
      const rows = sites.map(({ pattern, siteKeys, expiresAt, consent }) => [
        pattern,
        siteKeys.join(" ") || "any",
        expiryText(expiresAt),
        consent,
      ]);
      print(flags, sites, table(["SITE", "SITE KEYS", "EXPIRES", "CONSENT"], rows));
    }),
  );
  add(
    new Command("remove")
      .description("take a site off the list, at once")
      .argument("<host>", "as `site list` shows it")
      .action(async (host: string, flags: Flags) => {
        const removed = await withDatabase(flags, (database) => removeSite(database, host));
        print(flags, { removed }, `${removed} is no longer authorised.`);
      }),
  );
  return group;
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function expiry(text: string): Date {
  try {
    return parseExpiry(text);
  } catch (error) {
    throw new OperatorError(`--expires ${text}: ${messageOf(error)}`);
  }
}

function expiryText(expiresAt: Date | null): string {
  if (expiresAt === null) return "never";
  return `${expiresAt.toISOString().slice(0, 16)}Z${expiresAt.getTime() <= Date.now() ? " (over)" : ""}`;
}
