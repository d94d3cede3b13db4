import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { Client } from "pg";
import { OperatorError } from "../base/errors.ts";
import { lossOf } from "./refusals.ts";

it("tells a database whose socket is gone from a file that is missing", async () => {
  const thrown = (work: Promise<unknown>) => work.catch((error: unknown) => error);
  const gone = lossOf(await thrown(new Client({ host: "/no/such/folder" }).connect()));
  assert(gone instanceof OperatorError);
  assert.match(gone.message, /^The database went away .*ENOENT/);
  const missing = await thrown(readFile("/no/such/file"));
  assert.equal(lossOf(missing), missing);
});
