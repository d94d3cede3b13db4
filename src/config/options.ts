import { homedir } from "node:os";
import { join } from "node:path";
import { parseDollars, type Micros } from "../base/money.ts";
import { isLogLevel, type LogLevel } from "../base/logger.ts";
import { parseRanges } from "./ranges.ts";

/**
 * One row for each option of the server. The parser, `serve --help` and
 * `docs/configuration.md` are made from this table.
 */
export interface Option<Value> {
  /** Environment variable; the command line flag is derived from it: `GLYPHDESK_DATA_DIR` → `--data-dir`. */
  readonly env: `GLYPHDESK_${string}`;
  /** Text that `parse` turns into the default; null when the option may stay unset. */
  readonly fallback: string | null;
  /** What the value must look like, as the end of the sentence "expected …". */
  readonly expected: string;
  readonly describe: string;
  /** Never shown, logged or passed on the command line. */
  readonly secret?: true;
  /** @throws anything when the text is not as expected; a RangeError's message, if it has one, says what is wrong in it. */
  parse(text: string): Value;
}

/** The oldest major version of a PostgreSQL of one's own. */
export const OLDEST_POSTGRESQL = 16;

export type Role = "all" | "api" | "runner";
const ROLES: readonly string[] = ["all", "api", "runner"] satisfies Role[];

function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new RangeError();
    return value;
  };
}

function member<Value extends string>(isMember: (text: string) => text is Value): (text: string) => Value {
  return (text) => {
    if (!isMember(text)) throw new RangeError();
    return text;
  };
}

function dollars(text: string): Micros {
  const micros = parseDollars(text);
  if (micros < 0) throw new RangeError(`"${text}" is below 0`);
  return micros;
}

/**
 * `ImageToTextTask=0.00003,Other=0.1` → lower-case type name → micro-dollars. Whether there are such types only the
 * catalogue knows: see `checkPriceNames`.
 */
function prices(text: string): ReadonlyMap<string, Micros> {
  const table = new Map<string, Micros>();
  for (const pair of list(text)) {
    const [type = "", amount, ...more] = pair.split("=").map((part) => part.trim());
    const name = type.toLowerCase();
    if (name === "" || amount === undefined || more.length > 0) {
      throw new RangeError(`"${pair}" is not a task type, one = and an amount`);
    }
    if (table.has(name)) throw new RangeError(`${type} is named twice; leave one of them out`);
    table.set(name, dollars(amount));
  }
  return table;
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function origin(text: string): string {
  const url = new URL(text);
  if (url.origin !== text || !/^https?:$/.test(url.protocol)) throw new RangeError();
  return text;
}

/** A sign of the password that is not written as %XX cuts the address in two, in places that still look like one. */
function databaseUrl(text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new RangeError();
  // Without a host, which a parameter may name: postgres://user@/database?host=/run/postgresql
  const url = new URL(text.replace("@/", "@localhost/"));
  for (const part of [url.username, url.password, url.hostname, url.pathname]) decodeURIComponent(part);
  if (url.hash !== "" || (url.pathname + url.search).includes("@")) throw new RangeError();
  return text;
}

/** Letters, digits, `.`, `_`, `-`; a double underscore would be read as the start of a key suffix. */
function apiKey(text: string): string {
  if (!/^[A-Za-z0-9._-]{8,128}$/.test(text) || text.includes("__")) throw new RangeError();
  return text;
}

export const OPTIONS = {
  host: {
    env: "GLYPHDESK_HOST",
    fallback: "127.0.0.1",
    expected: "an address of this machine",
    describe: "Address to listen on. 0.0.0.0 listens on all of them.",
    parse: (text: string) => text,
  },
  port: {
    env: "GLYPHDESK_PORT",
    fallback: "8080",
    expected: "a number from 0 to 65535; 0 takes any free port",
    describe: "Port to listen on.",
    parse: integer(0, 65_535),
  },
  widgetPort: {
    env: "GLYPHDESK_WIDGET_PORT",
    fallback: null,
    expected: "a number from 0 to 65535; 0 takes any free port",
    describe: "Port of the widget origin. Unset: the one after GLYPHDESK_PORT, or any free one.",
    parse: integer(0, 65_535),
  },
  widgetOrigin: {
    env: "GLYPHDESK_WIDGET_ORIGIN",
    fallback: null,
    expected: "an origin such as https://widgets.example.com, without a path",
    describe: "Where workers' browsers find the widget origin. Unset: the workspace's host, at that port.",
    parse: origin,
  },
  dataDir: {
    env: "GLYPHDESK_DATA_DIR",
    fallback: join(homedir(), ".local", "share", "glyphdesk"),
    expected: "a directory",
    describe: "Where the embedded database lives. Not used with GLYPHDESK_DATABASE_URL.",
    parse: (text: string) => text,
  },
  databaseUrl: {
    env: "GLYPHDESK_DATABASE_URL",
    fallback: null,
    expected:
      "postgres://USER:PASSWORD@HOST:PORT/DATABASE, with # / ? @ : % in user and password written as %23 %2F %3F %40 %3A %25",
    describe: `Use this PostgreSQL (${OLDEST_POSTGRESQL} or newer) instead of the embedded one.`,
    secret: true,
    parse: databaseUrl,
  },
  apiKey: {
    env: "GLYPHDESK_API_KEY",
    fallback: null,
    expected: "8 to 128 letters, digits, dots, dashes or single underscores",
    describe: "API key of the first account, instead of a generated one.",
    secret: true,
    parse: apiKey,
  },
  balance: {
    env: "GLYPHDESK_BALANCE",
    fallback: "1000",
    expected: "an amount in dollars, such as 12.50",
    describe: "Opening balance of the first account, in dollars.",
    parse: dollars,
  },
  role: {
    env: "GLYPHDESK_ROLE",
    fallback: "all",
    expected: "all, api or runner",
    describe: "What this process does: answer the API and serve the pages, run solvers, or both.",
    parse: member((text): text is Role => ROLES.includes(text)),
  },
  callbackAllow: {
    env: "GLYPHDESK_CALLBACK_ALLOW",
    fallback: "",
    expected: "CIDR ranges separated by commas, such as 10.0.0.0/8",
    describe: "Private address ranges that callbacks and `imageUrls` may reach.",
    parse: parseRanges,
  },
  trustProxy: {
    env: "GLYPHDESK_TRUST_PROXY",
    fallback: "",
    expected: "CIDR ranges separated by commas, such as 10.0.0.0/8",
    describe:
      "Addresses of your own proxies: only from them X-Forwarded-For is believed to say where a request comes from.",
    parse: parseRanges,
  },
  logLevel: {
    env: "GLYPHDESK_LOG_LEVEL",
    fallback: "info",
    expected: "fatal, error, warn, info, debug, trace or silent",
    describe: "How much to log to stderr.",
    parse: member((text): text is LogLevel => isLogLevel(text)),
  },
  prices: {
    env: "GLYPHDESK_PRICES",
    fallback: "",
    expected: "pairs such as ImageToTextTask=0.00003, separated by commas, in dollars",
    describe:
      "Price per task type, where it differs from the built-in one. For types that share a name, name one as in the list of task types: `CustomTask altcha=0.001`.",
    parse: prices,
  },
  maxImageBytes: {
    env: "GLYPHDESK_MAX_IMAGE_BYTES",
    fallback: "500000",
    expected: "a number of bytes from 1000 to 20000000",
    describe:
      "Largest picture accepted, after Base64 decoding. The pictures of one task may be as large together, or 36 of 50 KB where that is more.",
    parse: integer(1000, 20_000_000),
  },
  svg: {
    env: "GLYPHDESK_SVG",
    fallback: "off",
    expected: "on or off",
    describe:
      "Whether ImageToTextTask also takes simple SVG drawings. They are drawn as PNG before they are kept.",
    parse: (text: string) => {
      if (text !== "on" && text !== "off") throw new RangeError();
      return text === "on";
    },
  },
  keepSeconds: {
    env: "GLYPHDESK_KEEP_SECONDS",
    fallback: "900",
    expected: "a number of seconds from 1 to 31536000",
    describe: "How long a finished task can be read and reported; then it and its picture are deleted.",
    parse: integer(1, 31_536_000),
  },
  reportSeconds: {
    env: "GLYPHDESK_REPORT_SECONDS",
    fallback: "900",
    expected: "a number of seconds from 0 to 31536000",
    describe: "How long after its result a task can be reported, while it is kept. 0 takes no reports.",
    parse: integer(0, 31_536_000),
  },
  refundPercent: {
    env: "GLYPHDESK_REFUND_PERCENT",
    fallback: "20",
    expected: "a number from 0 to 100",
    describe:
      "Of the tasks that a key had solved within a day, at most so many in a hundred are refunded when reported as wrong; the first five always, unless this is 0.",
    parse: integer(0, 100),
  },
  userAgent: {
    env: "GLYPHDESK_USER_AGENT",
    fallback: "Mozilla/5.0 (compatible; Glyphdesk)",
    expected: "1 to 500 printable characters on one line",
    describe:
      "What GET /api/useragent/actual answers, for clients that ask for the browser to imitate. The desk imitates none.",
    parse: (text: string) => {
      if (!/^[\x20-\x7e]{1,500}$/.test(text)) throw new RangeError();
      return text;
    },
  },
  pollLimit: {
    env: "GLYPHDESK_POLL_LIMIT",
    fallback: "2000",
    expected: "a number from 100 to 1000000000",
    describe: "getTaskResult calls allowed for one task.",
    parse: integer(100, 1_000_000_000),
  },
  exampleDays: {
    env: "GLYPHDESK_EXAMPLES",
    fallback: "90",
    expected: "off, or a number of days from 1 to 36500",
    describe:
      "How long pictures are kept with what reports and workers said of their answers, to learn from. off keeps none and deletes those there are; check items made of them stay until `glyphdesk gold clear`.",
    parse: (text: string) => (text === "off" ? 0 : integer(1, 36_500)(text)),
  },
  threads: {
    env: "GLYPHDESK_THREADS",
    fallback: "0",
    expected: "a number from 0 to 64; 0 means one fewer than the processor cores, from 1 to 4",
    describe: "Threads of the text recogniser.",
    parse: integer(0, 64),
  },
  solvers: {
    env: "GLYPHDESK_SOLVERS",
    fallback: "text-image",
    expected: "names separated by commas: text-image, or paths of ES modules that export createSolver",
    describe: "Automatic solvers that this process runs.",
    parse: list,
  },
} as const satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof OPTIONS;

export type Config = {
  readonly [Name in OptionName]:
    | ReturnType<(typeof OPTIONS)[Name]["parse"]>
    | ((typeof OPTIONS)[Name]["fallback"] extends null ? null : never);
};

/** `GLYPHDESK_DATA_DIR` → `data-dir`. */
export function flagOf(option: Option<unknown>): string {
  return option.env.slice("GLYPHDESK_".length).toLowerCase().replaceAll("_", "-");
}
