import assert from "node:assert/strict";
import { it } from "node:test";
import { silentLogger } from "../../src/base/logger.ts";
import { connect } from "../../src/database/connect.ts";
import { makeDataDir, postmasterPid } from "../support/embedded.ts";
import { launch } from "../support/process.ts";

it("a reader that goes away ends a command as SIGPIPE would, after its database is stopped", async (t) => {
  const dataDir = await makeDataDir(t);
  const guest = await connect({ databaseUrl: null, dataDir }, "guest", silentLogger);
  await guest.database.query(
    `insert into examples (task_key, task_id, account_id, type, lane, fields, label, verdict, source)
     select n, n, 1, 'ImageToTextTask', 'machine', '{}', 'abc', 'corrected', 'report' from generate_series(1, 250) n`,
  );
  await guest.close();
  for (const words of [
    ["export", "answers", "--format", "ndjson"],
    ["account", "list"],
  ]) {
    const command = launch(["./bin/glyphdesk.js", ...words], { GLYPHDESK_DATA_DIR: dataDir });
    command.process.stdout?.destroy();
    assert.equal(await command.exited, 141);
    assert.equal(command.stderr(), "");
    assert.equal(await postmasterPid(dataDir), null);
  }
});
