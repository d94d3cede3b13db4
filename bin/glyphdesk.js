#!/usr/bin/env node
// Plain JavaScript on purpose: it must at least start on an old Node, to say that Node is too old.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `glyphdesk needs Node 24 or newer; this is ${process.version}.\n` +
      "In the checkout run it as `npx glyphdesk …`, which uses the Node that `npm ci` brought.\n",
  );
  process.exit(1);
}
const { main } = await import("../dist/cli/main.js");
await main(process.argv.slice(2));
