import type { Command } from "commander";
import type { StoredLimits } from "../accounts/key-limits.ts";
import { messageOf, OperatorError } from "../base/errors.ts";
import { formatDollars, parseDollars } from "../base/money.ts";
import { parseRanges } from "../config/ranges.ts";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { parsePattern } from "../sites/pattern.ts";
import { parseExpiry } from "./time.ts";

/** One limit as an option of the command line. */
interface LimitOption<Name extends keyof StoredLimits> {
  readonly value: string;
  readonly help: string;
  readonly limit: Name;
  /** @throws anything with a message when the text is not as expected */
  parse(this: void, text: string): StoredLimits[Name];
  /** As `key list` shows it. */
  show(this: void, limit: NonNullable<StoredLimits[Name]>): string;
}

const option = <Name extends keyof StoredLimits>(option: LimitOption<Name>) => option;

const OPTIONS = {
  types: option({
    value: "names",
    help: "only these task types, separated by commas",
    limit: "types",
    parse: (text) => list(text).map(typeNamed),
    show: (types) => types.join(", "),
  }),
  sites: option({
    value: "hosts",
    help: "only these sites, such as shop.example.com or *.example.com, separated by commas",
    limit: "sites",
    parse: (text) => list(text).map(parsePattern),
    show: (sites) => sites.join(", "),
  }),
  ips: option({
    value: "ranges",
    help: "only from these addresses and CIDR ranges, separated by commas",
    limit: "ips",
    parse(text) {
      parseRanges(text);
      return list(text);
    },
    show: (ips) => ips.join(", "),
  }),
  expires: option({
    value: "when",
    help: "until this time, such as 2027-01-31 or 2027-01-31T18:00:00Z",
    limit: "expiresAt",
    parse: (text) => parseExpiry(text),
    show: (at) => at.toISOString(),
  }),
  daily: option({
    value: "dollars",
    help: "at most so much in a day, UTC",
    limit: "dailyLimit",
    parse: dollars,
    show: formatDollars,
  }),
  total: option({
    value: "dollars",
    help: "at most so much in all; counted while the key has a budget",
    limit: "totalLimit",
    parse: dollars,
    show: formatDollars,
  }),
  rate: option({
    value: "tasks",
    help: "at most so many new tasks a minute; each server counts for itself",
    limit: "tasksPerMinute",
    parse(text) {
      const rate = Number(text);
      if (!/^\d+$/.test(text) || rate < 1 || rate > 1_000_000) throw new RangeError("expected 1 to 1000000");
      return rate;
    },
    show: String,
  }),
  statuses: option({
    value: "on|off",
    help: "the hosted service's HTTP statuses 402, 403 and 429 for refusals, instead of 200",
    limit: "statuses",
    parse(text) {
      if (text !== "on" && text !== "off") throw new RangeError("expected on or off");
      return text === "on";
    },
    show: (on) => (on ? "on" : "off"),
  }),
};

type OptionName = keyof typeof OPTIONS;
const NAMES = Object.keys(OPTIONS) as OptionName[];

/** What is typed. */
export type LimitFlags = Readonly<Partial<Record<OptionName, string>>>;

/** Adds the limits of a key to a command, as flags. */
export function withLimitOptions(command: Command): Command {
  for (const name of NAMES) command.option(`--${name} <${OPTIONS[name].value}>`, OPTIONS[name].help);
  return command;
}

/**
 * The limits that were typed; `none` is no limit.
 * @throws OperatorError that names every faulty one
 */
export function readLimits(flags: LimitFlags): Partial<StoredLimits> {
  const faults: string[] = [];
  const limits = NAMES.flatMap((name) => {
    const text = flags[name]?.trim();
    if (text === undefined) return [];
    const { limit, parse } = OPTIONS[name];
    try {
      return [[limit, text === "none" ? without(name) : parse(text)]];
    } catch (error) {
      faults.push(`--${name} ${text}: ${messageOf(error)}`);
      return [];
    }
  });
  if (faults.length > 0) throw new OperatorError(faults.join("\n"));
  return Object.fromEntries(limits) as Partial<StoredLimits>;
}

function without(name: OptionName): null | false {
  return name === "statuses" ? false : null;
}

/** The limits of a key in words, such as `daily 5.00`. */
export function describeLimits(limits: StoredLimits): string[] {
  return NAMES.flatMap((name) => {
    const { limit, show } = OPTIONS[name] as LimitOption<keyof StoredLimits>;
    const value = limits[limit];
    return value === null || value === false ? [] : [`${name} ${show(value)}`];
  });
}

function list(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) throw new RangeError("expected names separated by commas, or none for no limit");
  return parts;
}

/** The canonical spelling of a type's name or title, or of an alias. */
function typeNamed(text: string): string {
  const wanted = text.toLowerCase();
  for (const { name, title, aliases = [] } of TASK_TYPES) {
    if (name.toLowerCase() === wanted) return name;
    if ([title, ...aliases].some((known) => known.toLowerCase() === wanted)) return title;
  }
  throw new RangeError(`there is no task type "${text}"; docs/task-types.md lists them`);
}

function dollars(text: string): number {
  const micros = parseDollars(text);
  if (micros < 0) throw new RangeError("expected an amount of dollars that is not below zero");
  return micros;
}
