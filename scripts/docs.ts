/** Writes the documents that are made from tables: `npm run docs`. */
import { writeFile } from "node:fs/promises";
import { GENERATED } from "./generated.ts";

for (const [name, make] of Object.entries(GENERATED)) {
  await writeFile(new URL(`../docs/${name}`, import.meta.url), make());
}
