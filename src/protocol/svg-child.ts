/** The process that draws SVG for svg-drawer.ts: says `ready`, then answers one drawing after the other. */
import { setPriority } from "node:os";
import sharp from "sharp";
import type { ToDraw, FromChild } from "./svg-drawer.ts";

/** Whatever is to be drawn, it takes no time from the server beside it. */
const NICE = 10;

const send = (message: FromChild): void => void process.send?.(message);

sharp.concurrency(1);
sharp.cache(false);
setPriority(NICE);
// The server is gone, whatever became of it.
process.on("disconnect", () => process.exit());
process.on("message", ({ svg, maxPixels }: ToDraw) => {
  sharp(svg, { limitInputPixels: maxPixels, failOn: "error" })
    .png({ compressionLevel: 3 })
    .toBuffer()
    .then(
      (png) => send({ kind: "drawn", png }),
      () => send({ kind: "damaged" }),
    );
});
send({ kind: "ready" });
