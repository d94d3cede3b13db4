import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * What axe finds on a page, without its frames: each a rule and the elements that break it. Its script is brought into a
 * page once; the package for Playwright does so at each look and opens a second page to sum up, which takes 2 s more.
 */
export async function violations(page: Page, rules: "all" | readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  const options = {
    resultTypes: ["violations"],
    ...(rules !== "all" && { runOnly: { type: "rule", values: rules } }),
  };
  return page.evaluate(`axe.run({ exclude: ["iframe"] }, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target.join(" "))].join(" ")))`);
}
