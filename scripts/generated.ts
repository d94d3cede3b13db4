import { configurationMarkdown } from "../src/config/markdown.ts";
import { taskTypesMarkdown } from "../src/protocol/catalogue/markdown.ts";

/** The generated documents, by name in docs/. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  "task-types.md": taskTypesMarkdown,
  "configuration.md": configurationMarkdown,
};
