import { OperatorError } from "../base/errors.ts";
import { flagOf, OPTIONS, type Config, type Option, type OptionName } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = Object.keys(OPTIONS) as OptionName[];

/**
 * Makes the configuration from flags (by option name) over environment over defaults. An empty flag or variable counts as unset.
 * @throws OperatorError that lists every unknown or faulty option at once.
 */
export function loadConfig(
  environment: Environment,
  flags: Partial<Record<OptionName, string>> = {},
): Config {
  const faults = unknownNames(environment);
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const name of NAMES) {
    const option: Option<unknown> = OPTIONS[name];
    const text = flags[name] || environment[option.env] || option.fallback;
    try {
      values[name] = text === null ? null : option.parse(text);
    } catch (error) {
      // Secrets are not shown and have no flag.
      const [names, got] = option.secret
        ? [option.env, "something else"]
        : [`${option.env} (--${flagOf(option)})`, `"${text}"${reasonIn(error)}`];
      faults.push(`${names}: expected ${option.expected}, got ${got}.`);
    }
  }
  if (typeof values.port === "number" && values.port !== 0 && values.port === values.widgetPort) {
    faults.push(
      `${OPTIONS.widgetPort.env}: expected another port than ${OPTIONS.port.env}, got ${values.port} for both.`,
    );
  }
  if (faults.length > 0) throw new OperatorError(`The configuration is not usable.\n${faults.join("\n")}`);
  return values as Config;
}

function reasonIn(error: unknown): string {
  return error instanceof RangeError && error.message !== "" ? `: ${error.message}` : "";
}

function unknownNames(environment: Environment): string[] {
  const known = new Set<string>(NAMES.map((name) => OPTIONS[name].env));
  return Object.keys(environment)
    .filter((name) => name.startsWith("GLYPHDESK_") && !known.has(name))
    .map((name) => `${name} is not an option. Known: ${[...known].join(", ")}.`);
}
