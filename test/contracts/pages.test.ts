import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { it } from "node:test";
import { gzipSync } from "node:zlib";

/** What the built pages may weigh, and how they are written. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KIB = 1024;
const BUDGETS = [
  { what: "script", files: /\.js$/u, zipped: true, limit: 100 * KIB },
  { what: "style", files: /\.css$/u, zipped: true, limit: 20 * KIB },
  { what: "fonts", files: /\.woff2$/u, zipped: false, limit: 120 * KIB },
] as const;

async function files(pattern: string): Promise<string[]> {
  return (await Array.fromAsync(glob(pattern, { cwd: ROOT }))).toSorted();
}

for (const { what, files: named, zipped, limit } of BUDGETS) {
  it(`keeps the ${what} of the workspace below ${limit / KIB} KiB`, async (context) => {
    const built = (await files("dist-ui/assets/workspace*")).concat(await files("dist-ui/assets/*.woff2"));
    let sum = 0;
    for (const file of built.filter((name) => named.test(name))) {
      const bytes = await readFile(`${ROOT}${file}`);
      sum += zipped ? gzipSync(bytes).length : bytes.length;
    }
    context.diagnostic(`${(sum / KIB).toFixed(1)} KiB`);
    assert(sum > 0 && sum <= limit, `${(sum / KIB).toFixed(1)} KiB`);
  });
}

it("names colours only in the file of tokens", async () => {
  const faults: string[] = [];
  const raw = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)\(|light-dark\(/giu;
  for (const file of await files("ui/{shared,workspace}/**/*.{css,ts,tsx}")) {
    if (file === "ui/shared/tokens.css" || file.endsWith(".test.ts")) continue;
    for (const [colour] of (await readFile(`${ROOT}${file}`, "utf8")).matchAll(raw))
      faults.push(`${file}: ${colour}`);
  }
  assert.deepEqual(faults, []);
});

it("uses only tokens that exist, and has none that nobody uses", async () => {
  const tokens = await readFile(`${ROOT}ui/shared/tokens.css`, "utf8");
  const defined = new Set([...tokens.matchAll(/^\s*(--[\w-]+):/gmu)].map(([, name = ""]) => name));
  const used = new Set<string>();
  for (const file of await files("ui/{shared,workspace}/**/*.css")) {
    const text = await readFile(`${ROOT}${file}`, "utf8");
    const own = new Set([...text.matchAll(/^\s*(--[\w-]+):/gmu)].map(([, name = ""]) => name));
    for (const [, name = ""] of text.matchAll(/var\((--[\w-]+)/gu)) {
      used.add(name);
      // Set by the component itself.
      if (name !== "--doubt") assert(defined.has(name) || own.has(name), `${file}: ${name}`);
    }
  }
  assert.deepEqual(
    [...defined].filter((name) => !used.has(name)),
    [],
  );
});

it("allows the page no inline script or style", async () => {
  const page = await readFile(`${ROOT}dist-ui/workspace.html`, "utf8");
  assert.doesNotMatch(
    page,
    /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|(?:src|href)="(?:https?:|\/|data:)/u,
  );
});
