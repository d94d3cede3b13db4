import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { GENERATED } from "../../scripts/generated.ts";

for (const [name, make] of Object.entries(GENERATED)) {
  it(`docs/${name} is as \`npm run docs\` writes it`, async () => {
    assert.equal(await readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8"), make());
  });
}

it("the package takes along the documents that messages name", async () => {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  assert((JSON.parse(manifest) as { files: string[] }).files.includes("docs"));
});
