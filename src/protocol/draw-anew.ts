import { ProtocolError } from "./errors.ts";
import { formatOf, MAX_PIXELS, type ImageFormat } from "./inspect-image.ts";
import { SvgDrawer, type Drawn } from "./svg-drawer.ts";
import { isSvg } from "./svg.ts";

const MAX_SVG_PIXELS = 1_000_000;
const MAX_SECONDS = 2;

/** One for the whole process: a second one would only draw on another core meanwhile. */
const drawer = new SvgDrawer({ limitMs: MAX_SECONDS * 1000, waitMs: 8_000, most: 100 });

/** What a file holds that has EXIF data, which may say that it is to be turned; a TIFF says so in its header. */
const EXIF: Readonly<Partial<Record<ImageFormat, string>>> = {
  jpeg: "Exif\0",
  png: "eXIf",
  webp: "EXIF",
  tiff: "",
};

/**
 * Whether a file that was let through is to be drawn anew, or may be: an SVG, and a picture with EXIF data. Asked for
 * every picture: it costs 1 µs for 20 kB.
 * @param svg whether SVG drawings are taken at all
 */
export function isDrawnAnew(bytes: Buffer, svg: boolean): boolean {
  const format = formatOf(bytes);
  const mark = format === null ? undefined : EXIF[format];
  return mark === undefined ? svg && isSvg(bytes) : bytes.includes(mark, 0, "latin1");
}

/**
 * An SVG as the PNG that it shows; a picture that its EXIF data say is to be turned or mirrored as one that shows the same
 * without them; any other file as it is. What is kept, read and shown to people is the drawn one, so that everybody
 * behind createTask sees the same pixels in the same places.
 * @param accountId whose it is: accounts take turns
 * @throws ProtocolError
 */
export async function drawAnew(bytes: Buffer, svg: boolean, accountId = 0): Promise<Buffer> {
  if (!isDrawnAnew(bytes, svg)) return bytes;
  const format = formatOf(bytes);
  return format === null ? drawSvg(bytes, accountId) : turnUpright(bytes, format);
}

async function drawSvg(svg: Buffer, accountId: number): Promise<Buffer> {
  const drawn = await drawer.draw({ svg, maxPixels: MAX_SVG_PIXELS }, accountId);
  if (drawn.kind !== "drawn") throw REFUSALS[drawn.kind]();
  return Buffer.from(drawn.png.buffer, drawn.png.byteOffset, drawn.png.byteLength);
}

const REFUSALS: Readonly<Record<Exclude<Drawn["kind"], "drawn">, () => ProtocolError>> = {
  damaged: () =>
    new ProtocolError(
      "ERROR_INVALID_TASK",
      `body cannot be used. The SVG drawing is damaged, has no size, or more than ${MAX_SVG_PIXELS} pixels. Render it and send a PNG file.`,
    ),
  "too much": () =>
    new ProtocolError(
      "ERROR_INVALID_TASK",
      `body cannot be used. The SVG drawing is too complicated: it takes more than ${MAX_SECONDS} seconds to draw. Render it and send a PNG file.`,
    ),
  busy: () =>
    new ProtocolError(
      "ERROR_NO_SLOT_AVAILABLE",
      "Too many SVG drawings wait to be drawn. Try again in a few seconds, or render it and send a PNG file.",
      { retryAfter: 5 },
    ),
};

/** A JPEG stays one: as a PNG a photograph would be many times as large. */
async function turnUpright(bytes: Buffer, format: ImageFormat): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "none" });
    const { orientation = 1, pages = 1 } = await picture.metadata();
    // Of a moving picture only one frame would be left.
    if (orientation === 1 || pages > 1) return bytes;
    const turned = picture.autoOrient().timeout({ seconds: MAX_SECONDS });
    const drawn =
      format === "jpeg"
        ? turned.jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
        : turned.png({ compressionLevel: 3 });
    return await drawn.toBuffer();
  } catch {
    return bytes; // damaged: found when it is solved or shown, as with any other
  }
}
