import { glob, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { pagesConfig } from "../ui/vite.config.ts";

/** Builds the pages into dist-ui/, unless nothing they are made from is newer than what is there. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCES = ["ui/**/*", "src/protocol/workspace.ts", "package-lock.json", "scripts/build-ui.ts"];

async function changedAt(file: string): Promise<number> {
  const found = await stat(`${ROOT}${file}`).catch(() => null);
  return found?.mtimeMs ?? 0;
}

async function isUpToDate(): Promise<boolean> {
  const built = await changedAt("dist-ui/workspace.html");
  for await (const file of glob(SOURCES, { cwd: ROOT })) {
    if ((await changedAt(file)) > built) return false;
  }
  return built > 0;
}

if (!(await isUpToDate())) await build(pagesConfig);
