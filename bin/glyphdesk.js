#!/usr/bin/env -S node --min-semi-space-size=16 --max-semi-space-size=32 --initial-old-space-size=96
// The heap's sizes: with V8's own, what waits for the database is promoted and marked again and again, which took a
// third of the processor time of createTask. Measured at 64 connections: 80 µs a task without, 52 µs with.
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
