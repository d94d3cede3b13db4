#!/usr/bin/env -S node --min-semi-space-size=32 --max-semi-space-size=32 --initial-old-space-size=128
// The heap's sizes: with V8's own, what waits for the database is promoted and marked again and again. Processor time of
// the server for one createTask at 64 connections: 89 to 94 µs with V8's own sizes, 61 to 63 µs with these.
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
