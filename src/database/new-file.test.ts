import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Readable } from "node:stream";
import { NewFile } from "./new-file.ts";

const folder = await mkdtemp(join(tmpdir(), "glyphdesk-file-"));
after(() => rm(folder, { recursive: true, force: true }));
const write = (file: NewFile, text: string) => file.write(Readable.from([Buffer.from(text)]));
const named = async (part: string) => (await readdir(folder)).filter((name) => name.startsWith(part));

describe("a new file", () => {
  it("has its name only when it is complete, past what an ended run left", async () => {
    const path = join(folder, "one");
    await writeFile(`${path}.partial`, "of a run that was killed");
    const file = await NewFile.begin(path);
    await write(file, "all");
    assert.deepEqual(await named("one"), ["one.partial"]);
    assert.equal(await file.finish(), 3);
    assert.deepEqual(await named("one"), ["one"]);
    assert.equal(await readFile(path, "utf8"), "all");
    await assert.rejects(NewFile.begin(path), { name: "OperatorError", message: /a name that is free/ });
  });

  it("says that a disk is full, and leaves nothing; another's fault stays what it is", async () => {
    const path = join(folder, "full");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    const said = await (await NewFile.begin(path)).giveUp(full);
    assert(said instanceof Error && said.name === "OperatorError");
    assert.match(said.message, /Cannot write .*full: ENOSPC.*Its disk is full: make room/);
    const refused = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
    assert.equal(await (await NewFile.begin(path)).giveUp(refused), refused);
    assert.deepEqual(await named("full"), []);
  });

  it("takes neither a name that was taken meanwhile nor the draft of a later run", async () => {
    const taken = await NewFile.begin(join(folder, "taken"));
    await writeFile(join(folder, "taken"), "somebody else's");
    const fault: unknown = await taken.finish().catch((error: unknown) => taken.giveUp(error));
    assert.match(String(fault), /Choose a name that is free/);
    assert.equal(await readFile(join(folder, "taken"), "utf8"), "somebody else's");
    assert.deepEqual(await named("taken"), ["taken"]);

    const [earlier, later] = [
      await NewFile.begin(join(folder, "twice")),
      await NewFile.begin(join(folder, "twice")),
    ];
    await write(later, "later");
    const gaveWay: unknown = await earlier.finish().catch((error: unknown) => earlier.giveUp(error));
    assert.match(String(gaveWay), /Another run began/);
    await later.finish();
    assert.equal(await readFile(join(folder, "twice"), "utf8"), "later");
  });
});
