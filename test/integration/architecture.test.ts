import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { it } from "node:test";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What each folder of src/ may import of the others. `cli` and the files in src/ itself may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ["base"],
  config: ["base"],
  metrics: ["base"],
  outbound: ["base"],
  database: ["base", "config"],
  accounts: ["base", "config", "database"],
  sites: ["base", "database"],
  widgets: ["base", "protocol", "database"],
  tasks: ["base", "protocol", "database", "accounts", "sites"],
  solvers: ["base", "protocol", "database", "tasks"],
  callbacks: ["base", "protocol", "database", "outbound", "tasks"],
  people: ["base", "protocol", "database", "widgets", "tasks"],
  http: [
    "base",
    "protocol",
    "config",
    "database",
    "accounts",
    "sites",
    "widgets",
    "tasks",
    "people",
    "metrics",
    "outbound",
  ],
};

const MAX_LINES = 400;

async function sources(pattern: string): Promise<string[]> {
  return (await Array.fromAsync(glob(pattern, { cwd: ROOT }))).toSorted();
}

it("keeps the layers apart: no folder imports what is above or beside it", async () => {
  const faults: string[] = [];
  for (const file of await sources("src/**/*.ts")) {
    const folder = relative("src", file).split("/")[0] ?? "";
    const allowed = MAY_IMPORT[folder];
    if (allowed === undefined || file.endsWith(".test.ts")) continue;
    const text = await readFile(join(ROOT, file), "utf8");
    for (const [, specifier = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      const target = relative("src", normalize(join(dirname(file), specifier))).split("/")[0] ?? "";
      if (target !== folder && !allowed.includes(target)) faults.push(`${file} imports ${specifier}`);
    }
  }
  assert.deepEqual(faults, []);
});

it("reads the environment only in cli/, and has no file that is too long to read", async () => {
  for (const file of await sources("{src,test,bench,scripts,training}/**/*.ts")) {
    if (file.includes("node_modules")) continue;
    const text = await readFile(join(ROOT, file), "utf8");
    assert(text.split("\n").length <= MAX_LINES, `${file} has over ${MAX_LINES} lines`);
    if (file.startsWith("src/") && !file.startsWith("src/cli/")) {
      assert(!text.includes("process.env"), `${file} reads process.env`);
    }
  }
});

it("walks the main flow in docs/life-of-a-task.md in at most seven files, all of which exist", async () => {
  const text = await readFile(join(ROOT, "docs/life-of-a-task.md"), "utf8");
  const files = new Set(
    [...text.matchAll(/`((?:src|migrations)\/[^`]+\.(?:ts|sql))`/g)].map(([, file = ""]) => file),
  );
  assert(files.size >= 5 && files.size <= 7, [...files].join(", "));
  for (const file of files) await readFile(join(ROOT, file));
});

it("links only to files that exist", async () => {
  const faults: string[] = [];
  for (const file of await sources("{*.md,docs/**/*.md,model/*.md,training/*.md}")) {
    const text = await readFile(join(ROOT, file), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)) {
      await readFile(join(ROOT, dirname(file), target)).catch(() => faults.push(`${file} → ${target}`));
    }
  }
  assert.deepEqual(faults, []);
});
