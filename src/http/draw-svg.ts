import { ProtocolError } from "../protocol/errors.ts";

const MAX_PIXELS = 1_000_000;
const MAX_SECONDS = 2;

/**
 * Draws an SVG that `checkSvg` let through. What is kept, read and shown to people is the PNG: nothing behind createTask
 * ever sees the drawing.
 */
export async function drawSvg(svg: Buffer): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  try {
    return await sharp(svg, { limitInputPixels: MAX_PIXELS, failOn: "error" })
      .timeout({ seconds: MAX_SECONDS })
      .png({ compressionLevel: 3 })
      .toBuffer();
  } catch (error) {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      `body cannot be used. The SVG drawing is damaged, has no size, or more than ${MAX_PIXELS} pixels. Render it and send a PNG file.`,
      { cause: error },
    );
  }
}
