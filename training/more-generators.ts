/** Pictures from further captcha generators on npm, for training. Each package is loaded when it is first used. */
import { createRequire } from "node:module";
import sharp from "sharp";
import { browserGenerators } from "./browser-generators.ts";
import { int, next, pick, type Sample } from "./generators.ts";
import {
  ALL,
  type Canvas,
  type Context,
  DIGITS,
  FONTS,
  type Generator,
  SANS,
  canvasModule,
  colour,
  dark,
  light,
  load,
  once,
  png,
  someCharacters,
  textOf,
} from "./package-tools.ts";

const require = createRequire(import.meta.url);

/** node-canvas as it was before version 2: `new Canvas(width, height)`, and `toBuffer` calls back. */
function oldCanvas(width: number, height: number): Canvas {
  const canvas = canvasModule().createCanvas(width, height);
  const toBuffer = canvas.toBuffer.bind(canvas);
  const called = (done: unknown): unknown => {
    const file = toBuffer("image/png");
    return typeof done === "function" ? done(null, file) : file;
  };
  return Object.assign(canvas, { toBuffer: called });
}

const Captchagen = once(
  () =>
    load("captchagen", {}) as {
      create(options: object): { generate(): void; buffer(type: string): Buffer; text(): string };
    },
);
async function captchagen(wild: boolean): Promise<Sample> {
  const height = wild && next() < 0.6 ? int(50, 200) : 150;
  const length = int(3, 6);
  const width = wild ? Math.round(height * (0.15 + length * (0.3 + next() * 0.1))) : 300;
  const options = { width, height, font: wild ? `"${pick(FONTS)}"` : `"DejaVu Sans"` };
  const picture = Captchagen().create(
    wild ? { ...options, text: textOf(someCharacters(), length) } : options,
  );
  picture.generate();
  return png(picture.text(), picture.buffer("image/png"));
}

const NodeCaptcha = once(
  () =>
    load("node-captcha", { canvas: oldCanvas }) as (
      o: object,
      done: (text: string, file: Buffer) => void,
    ) => void,
);
async function nodeCaptcha(wild: boolean): Promise<Sample> {
  const size = wild ? int(3, 7) : 4;
  const text = textOf(wild ? someCharacters() : DIGITS, size);
  const options = { fileMode: 2, size, text, height: wild ? int(24, 60) : pick([24, 30, 40]), complexity: 3 };
  if (wild) {
    const reverse = next() < 0.15;
    const colours = {
      color: reverse ? light() : dark(),
      background: reverse ? dark() : light(),
      noiseColor: colour(0, 255),
    };
    Object.assign(options, colours, { complexity: int(1, 3), noise: next() < 0.8, lineWidth: int(1, 3) });
  }
  return new Promise((done) => NodeCaptcha()(options, (_, file) => done(png(text, file))));
}

const CanvasCaptcha = once(
  () =>
    load("canvas-captcha", { canvas: oldCanvas }) as (
      options: object,
      done: (error: null, data: { captchaStr: string; captchaImg: Buffer }) => void,
    ) => void,
);
async function canvasCaptcha(wild: boolean): Promise<Sample> {
  const charLength = wild ? int(3, 6) : 4;
  const size = wild ? int(22, 40) : 26;
  const options = {
    charPool: (wild ? someCharacters() : ALL).split(""),
    charLength,
    size: { width: 30 + Math.round(charLength * size * 0.7), height: Math.round(size * 1.25) },
    textPos: { left: wild ? int(5, 18) : 15, top: size },
    rotate: wild ? next() * 0.12 - 0.03 : 0.01,
    font: `${size}px "${wild ? pick(FONTS) : SANS}"`,
    strokeStyle: wild ? dark() : "#0088cc",
    bgColor: wild ? light() : "#eeeeee",
    confusion: !wild || next() < 0.6,
    cFont: `${size + 4}px "${SANS}"`,
    cStrokeStyle: wild ? colour(150, 215) : "#adc",
    cRotate: wild ? next() * -0.1 : -0.05,
  };
  return new Promise((done) =>
    CanvasCaptcha()(options, (_, { captchaStr, captchaImg }) => done(png(captchaStr, captchaImg))),
  );
}

const ZoiaCaptcha = once(
  () =>
    load("zoia-captcha", {}) as {
      getCaptcha(text: string, behind?: string[], ground?: number): Promise<Buffer>;
    },
);
async function zoiaCaptcha(wild: boolean): Promise<Sample> {
  const text = textOf(wild ? someCharacters() : DIGITS, wild ? int(3, 7) : 4);
  if (!wild) return png(text, await ZoiaCaptcha().getCaptcha(text));
  const ground = ((int(180, 255) << 24) | (int(180, 255) << 16) | (int(180, 255) << 8) | 255) >>> 0;
  const behind = pick([DIGITS, DIGITS, "xo+-", "."]).split("");
  return png(text, await ZoiaCaptcha().getCaptcha(text, behind, next() < 0.5 ? ground : 0xffffffff));
}

interface Koa {
  query: { key: string };
  session: Record<string, string>;
  body: Buffer;
}
const KoaCaptcha = once(() => load("koa-captcha-2", {}) as { drawCaptcha(context: object): Promise<void> });
async function koaCaptcha(): Promise<Sample> {
  const context = { query: { key: "" }, session: {} } as Koa;
  await KoaCaptcha().drawCaptcha(context);
  const text = Object.values(context.session)[0]!;
  return { text, answer: text, file: Buffer.from(context.body), extension: "bmp" };
}

/** Stands in for the three pictures from the web that the package lays over its text. */
function pattern(): Canvas {
  const canvas = canvasModule().createCanvas(500, 200);
  const context = canvas.getContext("2d") as Context & Record<string, (...values: unknown[]) => void>;
  const kind = int(0, 2);
  const [step, bend] = [int(8, 24), int(4, 30)];
  Object.assign(context, {
    fillStyle: "#fff",
    strokeStyle: colour(0, 90),
    lineWidth: step / pick([2, 3, 4]),
  });
  context["fillRect"]!(0, 0, 500, 200);
  for (let y = -60; y < 260; y += step) {
    context["beginPath"]!();
    for (let x = 0; x <= 500; x += 5) {
      const wave = kind === 0 ? 0 : bend * Math.sin(x / (bend * 2) + (kind === 1 ? 0 : y / 15));
      context["lineTo"]!(x, y + wave);
    }
    context["stroke"]!();
  }
  if (kind !== 0) return canvas;
  for (let x = 0; x < 500; x += step) context["fillRect"]!(x, 0, step / 3, 200);
  return canvas;
}
const SimpleCaptcha = once(() => {
  const module = canvasModule();
  const registered = new Set<string>();
  const registerFont = (path: string, { family }: { family: string }): void => {
    if (registered.has(path)) return;
    registered.add(path);
    module.GlobalFonts.registerFromPath(require.resolve(path.replace("node_modules/", "")), family);
  };
  const createCanvas = (width: number, height: number): Canvas => module.createCanvas(width, height);
  const canvas = { createCanvas, registerFont, loadImage: async () => pattern() };
  return load("simple-captcha-generator", { canvas }) as {
    Captcha: new (length: number) => { currentString: string; image(text: string): Promise<Buffer> };
  };
});
async function simpleCaptcha(wild: boolean): Promise<Sample> {
  const captcha = new (SimpleCaptcha().Captcha)(wild ? int(5, 8) : 5);
  const text = wild && next() < 0.5 ? textOf(someCharacters(), int(4, 8)) : captcha.currentString;
  const file = await captcha.image(text);
  if (!wild || next() < 0.4) return png(text, file);
  const cut = { left: int(0, 90), top: 0, width: int(330, 400), height: 200 };
  return png(text, await sharp(file).extract(cut).png().toBuffer());
}

const vanillaName: string = "vanilla-captcha"; // named here, since tsc would look for its types
interface Vanilla {
  default(length: number, options: object): Promise<{ answer: string; captcha: Buffer }>;
}
async function vanillaCaptcha(wild: boolean): Promise<Sample> {
  const vanilla = (await import(vanillaName)) as Vanilla;
  const fontSize = wild ? int(20, 60) : 30;
  const length = wild ? int(3, 8) : 5;
  const wide = wild && {
    width: Math.round(length * fontSize * (1 + next())),
    height: Math.round(fontSize * (1.4 + next())),
  };
  const ink = wild ? dark() : "#777777";
  const look = wild && {
    fontColor: ink,
    lineColor: next() < 0.5 ? ink : colour(0, 220),
    backgroundColor: light(),
  };
  const lines = wild && {
    lineAmount: int(2, 14),
    lineWidth: pick([1, 1, 2]),
    fontWeight: pick([400, 600, 800]),
  };
  const options = { font: wild ? pick(FONTS) : SANS, fontSize, ...wide, ...look, ...lines };
  const { answer, captcha } = await vanilla.default(length, options);
  return png(answer, captcha);
}

/** Drawn for training besides `generators`; `bench.ts` measures them only when they are named. */
export const moreGenerators: Readonly<Record<string, Generator>> = {
  captchagen,
  "node-captcha": nodeCaptcha,
  "canvas-captcha": canvasCaptcha,
  ...browserGenerators,
  "zoia-captcha": zoiaCaptcha,
  "koa-captcha": koaCaptcha,
  "simple-captcha-generator": simpleCaptcha,
  "vanilla-captcha": vanillaCaptcha,
};
