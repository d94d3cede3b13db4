import { homedir } from "node:os";
import { flagOf, OPTIONS, type Option } from "./options.ts";

/** docs/configuration.md: `npm run docs` writes it, a test compares it. */
export function configurationMarkdown(): string {
  const rows = Object.values<Option<unknown>>(OPTIONS).map((option) => {
    const flag = option.secret ? "none: it is secret" : `\`--${flagOf(option)}\``;
    const fallback = option.fallback ? `\`${option.fallback.replace(homedir(), "~")}\`` : "unset";
    return `| \`${option.env}\` | ${flag} | ${fallback} | ${option.describe} | ${option.expected} |`;
  });
  return [
    "# Configuration",
    "",
    "<!-- Made from src/config/options.ts by `npm run docs`. Change it there. -->",
    "",
    "Flags of `glyphdesk serve` come before environment variables, and these before defaults. An empty variable counts as",
    "unset; a `GLYPHDESK_` name that is not in this table is an error.",
    "",
    "| variable | flag | default | what it does | expected |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
