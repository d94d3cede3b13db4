/**
 * Pictures from the captcha generators on npm, reproducible from a seed. The generators draw from
 * Math.random and from crypto.randomBytes; `seedRandom` replaces both, so call it before each picture.
 */
import crypto from "node:crypto";
import { createRequire } from "node:module";
import sharp from "sharp";

export interface Sample {
  /** What the picture shows, character by character. */
  readonly text: string;
  /** The expected answer; differs from `text` for sums. */
  readonly answer: string;
  /** The image file. */
  readonly file: Buffer;
  readonly extension: "png" | "gif" | "bmp";
}

let state = 1;

/** A number from 0 up to 1, by mulberry32: small, fast, and the same everywhere. */
export function next(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** A whole number between the two, both included. */
export const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
/** One of the items. */
export const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)]!;

/** Makes the generators' randomness follow from the seed until the next call. */
export function seedRandom(seed: number): void {
  state = Math.imul(seed, 0x9e3779b1) | 0;
  for (let i = 0; i < 4; i++) next();
  Math.random = next;
  const bytes = (size: number, done?: (error: null, value: Buffer) => void): Buffer => {
    const value = Buffer.from(Array.from({ length: size }, () => Math.floor(next() * 256)));
    done?.(null, value);
    return value;
  };
  (crypto as { randomBytes: unknown }).randomBytes = bytes;
}

seedRandom(1);
const require = createRequire(import.meta.url);

interface SvgOptions {
  size?: number;
  noise?: number;
  color?: boolean;
  background?: string;
  width?: number;
  height?: number;
  fontSize?: number;
  ignoreChars?: string;
  mathMin?: number;
  mathMax?: number;
  mathOperator?: string;
}
interface SvgCaptcha {
  create(options: SvgOptions): { text: string; data: string };
  createMathExpr(options: SvgOptions): { text: string; data: string };
}

const svgCaptcha = require("svg-captcha") as SvgCaptcha;
const trek = require("trek-captcha") as (options?: object) => Promise<{ token: string; buffer: Buffer }>;
const { Captcha: GifCaptcha } = require("captcha.gif") as {
  Captcha: new (options?: object) => { generate(size: number): { buffer: Buffer; token: string } };
};
const CaptchaPng = require("captchapng") as new (
  width: number,
  height: number,
  digits: string,
) => { color(r: number, g: number, b: number, a: number): void; getBase64(): string };

const hexByte = (value: number): string => value.toString(16).padStart(2, "0");

function background(): string {
  const kind = next();
  if (kind < 0.35) return "";
  if (kind < 0.6) return pick(["#ffffff", "#f0f0f0", "#eeeeee", "#cc9966", "#ffffcc", "#e8f0fe"]);
  if (kind < 0.85) return pick(["#000000", "#111111", "#222222", "#333333", "#1a1a2e", "#20232a", "#003366"]);
  return `#${hexByte(int(0, 255))}${hexByte(int(0, 255))}${hexByte(int(0, 255))}`;
}

/** `wild` also varies size and fonts' scale; without it, the generator's default 150 × 50. */
function svgOptions(wild: boolean): SvgOptions {
  const options: SvgOptions = {
    size: int(4, 6),
    noise: int(1, 3),
    color: next() < 0.6,
    background: background(),
    ignoreChars: next() < 0.3 ? "0o1ilI" : "",
  };
  if (!wild || next() < 0.65) return options;
  const height = int(36, 80);
  options.height = height;
  options.width = int(Math.round(height * 2), Math.round(height * 4));
  options.fontSize = Math.round(height * (0.8 + next() * 0.45));
  options.noise = int(0, 4);
  options.size = int(3, 7);
  return options;
}

async function rasterise(svg: string, wild: boolean): Promise<Buffer> {
  const picture = sharp(Buffer.from(svg), wild && next() < 0.2 ? { density: pick([48, 96, 144]) } : {});
  if (next() < 0.5) picture.flatten({ background: "#ffffff" });
  return picture.png({ compressionLevel: 1 }).toBuffer();
}

async function svg(wild: boolean): Promise<Sample> {
  const { text, data } = svgCaptcha.create(svgOptions(wild));
  return { text, answer: text, file: await rasterise(data, wild), extension: "png" };
}

/** The sum as drawn is not returned by the generator, so it is rebuilt from the same random numbers. */
async function svgMath(wild: boolean): Promise<Sample> {
  const options = svgOptions(wild);
  const max = pick([9, 9, 20, 50, 99]);
  options.mathMin = 1;
  options.mathMax = max;
  options.mathOperator = pick(["+", "-", "+-"]);
  const before = state;
  const { text: answer, data } = svgCaptcha.createMathExpr(options);
  const after = state;
  state = before;
  const number = (): number => Math.round(1 + next() * (max - 1));
  const left = number();
  const right = number();
  state = after;
  const text = String(left + right) === answer ? `${left}+${right}` : `${left}-${right}`;
  return { text, answer, file: await rasterise(data, wild), extension: "png" };
}

async function trekCaptcha(wild: boolean): Promise<Sample> {
  const { token, buffer } = await trek(wild ? { size: pick([4, 5, 5, 5, 6]) } : {});
  return { text: token, answer: token, file: buffer, extension: "gif" };
}

async function captchaGif(wild: boolean): Promise<Sample> {
  const captcha = wild
    ? new GifCaptcha({ numberOfDots: int(0, 100), blur: next() < 0.6, filter: next() < 0.3 })
    : new GifCaptcha();
  const { token, buffer } = captcha.generate(int(4, 6));
  return { text: token, answer: token, file: buffer, extension: "gif" };
}

async function captchaPng(wild: boolean): Promise<Sample> {
  const length = wild ? int(3, 8) : int(4, 6);
  const digits = String(int(10 ** (length - 1), 10 ** length - 1));
  const width = wild && next() < 0.6 ? int(length * 16, length * 30) : length > 5 ? 100 : 80;
  const picture = new CaptchaPng(width, wild && next() < 0.5 ? int(22, 50) : 30, digits);
  const clear = next() < 0.5;
  if (clear) picture.color(0, 0, 0, 0);
  else picture.color(int(180, 255), int(180, 255), int(180, 255), 255);
  const dark = (): number => (next() < 0.5 ? 80 : int(0, 150));
  picture.color(dark(), dark(), dark(), 255);
  return { text: digits, answer: digits, file: Buffer.from(picture.getBase64(), "base64"), extension: "png" };
}

interface CanvasCaptcha {
  readonly text: string;
  setDimension(height: number, width: number): CanvasCaptcha;
  setCaptcha(options: object): CanvasCaptcha;
  setDecoy(options: object): CanvasCaptcha;
  setTrace(options: object): CanvasCaptcha;
  generateSync(): Buffer;
}

function encodePng(this: { toBuffer(type: string): Buffer }): Buffer {
  return this.toBuffer("image/png");
}

/** captcha-canvas asks for skia-canvas; training/package.json gives it @napi-rs/canvas, which names this method otherwise. */
function loadCanvasCaptcha(): new () => CanvasCaptcha {
  const canvas = require("@napi-rs/canvas") as {
    createCanvas(width: number, height: number): object;
  };
  const prototype = Object.getPrototypeOf(canvas.createCanvas(1, 1)) as Record<string, unknown>;
  prototype["toBufferSync"] ??= encodePng;
  return (require("captcha-canvas") as { CaptchaGenerator: new () => CanvasCaptcha }).CaptchaGenerator;
}

async function captchaCanvas(wild: boolean): Promise<Sample> {
  const CaptchaGenerator = loadCanvasCaptcha();
  const colour = wild && next() < 0.5 ? `rgb(${int(0, 200)},${int(0, 200)},${int(0, 200)})` : "#32cf7e";
  const captcha = new CaptchaGenerator()
    .setDimension(wild && next() < 0.4 ? int(60, 150) : 100, wild && next() < 0.4 ? int(220, 400) : 300)
    .setCaptcha({ characters: wild ? int(4, 7) : 6, color: colour, size: wild ? int(32, 56) : 40 })
    .setDecoy({ opacity: wild ? 0.2 + next() * 0.7 : 0.8 })
    .setTrace({ color: colour, size: wild ? int(1, 4) : 3 });
  const text = captcha.text;
  return { text, answer: text, file: captcha.generateSync(), extension: "png" };
}

interface HaileyCaptcha {
  readonly value: string;
  readonly dataURL: string;
}

/** Written for node-canvas; training/package.json gives it @napi-rs/canvas, which registers fonts otherwise. */
function loadHailey(name: string): new (height?: number) => HaileyCaptcha {
  const canvas = require("canvas") as {
    registerFont?: (path: string, face: { family: string }) => void;
    GlobalFonts: { registerFromPath(path: string, family: string): unknown };
  };
  canvas.registerFont ??= (path, { family }) => void canvas.GlobalFonts.registerFromPath(path, family);
  const loaded = require(name) as { default?: unknown };
  return (loaded.default ?? loaded) as new (height?: number) => HaileyCaptcha;
}

async function haileybot(wild: boolean): Promise<Sample> {
  const Hailey = loadHailey("@haileybot/captcha-generator");
  const captcha = new Hailey(wild && next() < 0.3 ? int(250, 400) : 250);
  const jpeg = Buffer.from(captcha.dataURL.split(",")[1] ?? "", "base64");
  const file = wild && next() < 0.5 ? jpeg : await sharp(jpeg).png({ compressionLevel: 1 }).toBuffer();
  return { text: captcha.value, answer: captcha.value, file, extension: "png" };
}

async function alphanumeric(): Promise<Sample> {
  const captcha = new (loadHailey("captcha-generator-alphanumeric"))();
  const jpeg = Buffer.from(captcha.dataURL.split(",")[1] ?? "", "base64");
  const file = await sharp(jpeg).png({ compressionLevel: 1 }).toBuffer();
  return { text: captcha.value, answer: captcha.value, file, extension: "png" };
}

async function ppfun(): Promise<Sample> {
  const { text, data } = (require("ppfun-captcha") as SvgCaptcha).create({ size: int(4, 6) });
  return { text, answer: text, file: await rasterise(data, false), extension: "png" };
}

/** Never trained on: they show how well styles are read that the network has not seen. */
export const unseen: Readonly<Record<string, (wild: boolean) => Promise<Sample>>> = {
  "captcha-generator-alphanumeric": alphanumeric,
  "ppfun-captcha": ppfun,
};

export const generators: Readonly<Record<string, (wild: boolean) => Promise<Sample>>> = {
  "svg-captcha": svg,
  "svg-math": svgMath,
  "trek-captcha": trekCaptcha,
  "captcha.gif": captchaGif,
  captchapng: captchaPng,
  "captcha-canvas": captchaCanvas,
  haileybot,
};
