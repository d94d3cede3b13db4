import { ImageError } from "./inspect-image.ts";

/** Drawings made of shapes and letters only. What can fetch, run, repeat or blow up something is not among them. */
const ELEMENTS = new Set(
  "svg g defs title desc path rect circle ellipse line polyline polygon text tspan clippath lineargradient radialgradient stop".split(
    " ",
  ),
);
const MAX_ELEMENTS = 2_000;
/** Each level may need a layer of the picture's size while it is drawn. */
const MAX_DEPTH = 12;

/**
 * What is looked for in the text, in lower case. Without entities, escapes and comments nothing can hide from a search in the
 * text. Dashes and numbers without bound make a renderer work for ever.
 */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/<[!?]/, "comments, entities, CDATA or declarations"],
  [/[&\\\0]/, "entities or escapes"],
  [/href\s*=\s*(?!["']#)/, "references"],
  [/url\(\s*(?!["']?#)/, "references"],
  [/@/, "rules of style sheets"],
  [/stroke-dash/, "dashed lines"],
  [/(?:filter|mask|marker|animation)\b/, "filters, masks, markers or animations"],
  [/\bon[a-z]+\s*=/, "scripts"],
  [/(?<![#\w.])(?:\d{6,}|[\d.]+e[-+]?\d)/, "numbers of more than five digits or with an exponent"],
];

/** Whether a file is an SVG drawing, or says so. */
export function isSvg(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 256))
    .replace(/^\u00EF\u00BB\u00BF/, "")
    .trimStart()
    .toLowerCase();
  return start.startsWith("<svg") || (start.startsWith("<?xml") && start.includes("<svg"));
}

/** Throws an `ImageError` unless the drawing is a simple one that refers to nothing outside. */
export function checkSvg(bytes: Uint8Array): void {
  const text = decode(bytes)
    .toLowerCase()
    .replace(
      /^\s*<\?xml(?:\s+(?:version|standalone)\s*=\s*["'][\w.]*["']|\s+encoding\s*=\s*["']utf-8["'])*\s*\?>/,
      "",
    );
  for (const [pattern, what] of FORBIDDEN) if (pattern.test(text)) throw refuse(what);
  let depth = 0;
  let count = 0;
  for (const [, close = "", name = "", rest = ""] of text.matchAll(/<(\/?)([^\s/>]*)([^>]*)/g)) {
    if (!ELEMENTS.has(name)) throw refuse(`the element ${name.slice(0, 20)}`);
    if (close === "/") depth--;
    else if (!rest.endsWith("/")) depth++;
    if (depth > MAX_DEPTH || ++count > 2 * MAX_ELEMENTS) throw refuse("so many elements");
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("another encoding than UTF-8");
  }
}

function refuse(what: string): ImageError {
  return new ImageError(
    `SVG drawings with ${what} are not read. Render it and send a PNG, JPEG, GIF, WebP, TIFF or BMP file.`,
  );
}
