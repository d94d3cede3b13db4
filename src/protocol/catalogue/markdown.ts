import { TASK_TYPES } from "./catalogue.ts";
import { exampleTask, fieldLines, routeText, termsOf, testKeysOf, type FieldLine } from "./describe.ts";
import { RECOGNITION_TASKS } from "./recognition.ts";
import { ANY_TASK, URL_LENGTH, USUAL_LENGTH } from "./shared.ts";
import type { TaskType } from "./task-type.ts";

/** docs/task-types.md: `npm run docs` writes it, a test compares it. */
export function taskTypesMarkdown(): string {
  const overview = TASK_TYPES.map((type) => [
    `[${type.title}](#${anchor(type.title)})`,
    routeText(type),
    type.status ?? "",
    termsOf(type),
  ]);
  return [
    "# Task types",
    "",
    "<!-- Made from src/protocol/catalogue by `npm run docs`. Change it there. -->",
    "",
    "Every task type of the protocol and who answers it here. Names of types, fields and classes are matched without",
    "regard to case; unknown fields, nulls and empty strings are ignored; numbers, digit strings and booleans are",
    "interchangeable. Prices and deadlines are the built-in ones.",
    "",
    `A \`websiteURL\` may have ${URL_LENGTH} characters, other texts ${USUAL_LENGTH} unless \`/openapi.json\` says otherwise.`,
    "",
    ...table(["type", "who answers", "status", "price, deadline"], overview),
    "",
    "Beside its own fields every task may have these, which the hosted service does not know:",
    "",
    ...fieldTable(fieldLines({ properties: ANY_TASK })),
    "",
    ...TASK_TYPES.flatMap(section),
  ].join("\n");
}

function section(type: TaskType): string[] {
  const { route, aliases = [], solution, status } = type;
  const facts = [
    type.summary,
    route.kind === "not offered"
      ? `Answered with \`ERROR_TASK_NOT_SUPPORTED\`: ${route.reason}.`
      : `Who answers: ${routeText(type)}. ${termsOf(type)}.`,
    ...(status === undefined ? [] : [`The hosted service has it no more or never had it (${status}).`]),
    ...(aliases.length === 0 ? [] : [`Also: ${aliases.map(code).join(", ")}.`]),
  ];
  return [
    `## ${type.title}`,
    "",
    facts.join(" "),
    "",
    ...fieldTable(fieldLines(type.schema)),
    "",
    "Solution:",
    "",
    ...fieldTable(fieldLines(solution)),
    "",
    ...extras(type),
    "Smallest request:",
    "",
    "```json",
    JSON.stringify(exampleTask(type, "minimal"), shorten, 1).replaceAll(/\n\s*/g, " "),
    "```",
    "",
  ];
}

function extras(type: TaskType): string[] {
  const keys = testKeysOf(type);
  if (keys.length > 0) {
    const rows = keys.map(({ siteKey, behaviour, token }) => [
      code(siteKey),
      behaviour,
      token === null ? "`ERROR_CAPTCHA_UNSOLVABLE`" : code(token),
    ]);
    return [
      "Public test keys, for any site and free:",
      "",
      ...table(["websiteKey", "behaviour", "answer"], rows),
      "",
    ];
  }
  if (type.title !== "ComplexImageTask recognition") return [];
  const rows = RECOGNITION_TASKS.map(({ name, files, needs = "", answer, answerType }) => [
    code(name),
    String(files),
    needs === "Audio" ? "PayloadType Audio" : needs,
    answer,
    answerType,
  ]);
  return ["Tasks:", "", ...table(["metadata.Task", "files", "needs", "answer", "AnswerType"], rows), ""];
}

function fieldTable(lines: readonly FieldLine[]): string[] {
  const rows = lines.map(({ path, kind, required, fallback, description }) => [
    code(path),
    kind,
    required ? "yes" : "",
    fallback === "" ? "" : code(fallback),
    description,
  ]);
  return table(["field", "kind", "required", "default", "what"], rows);
}

/** A Markdown table. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The anchor that Markdown gives to a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}

function shorten(_name: string, value: unknown): unknown {
  return typeof value === "string" && value.length > 100 ? `${value.slice(0, 20)}…` : value;
}
