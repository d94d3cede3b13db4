/** What the further generators share: how their packages are loaded, and how their options are varied. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction } from "node:vm";
import { int, pick, type Sample } from "./generators.ts";

/** Draws one picture; `wild` varies what a site could set. */
export type Generator = (wild: boolean) => Promise<Sample>;
/** Of a canvas what is called here. */
export interface Context extends Record<string, unknown> {
  fillText(text: string | number, x: number, y: number): void;
  drawImage(picture: object, x: number, y: number): void;
}
/** A canvas as @napi-rs/canvas makes it. */
export interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d"): Context;
  toBuffer(type: string): Buffer;
}
/** Of @napi-rs/canvas what is called here. */
export interface CanvasModule {
  createCanvas(width: number, height: number): Canvas;
  GlobalFonts: { registerFromPath(path: string, family: string): unknown };
}

const require = createRequire(import.meta.url);
/** Calls `load` when it is first asked, and keeps what it gave. */
export const once = <T>(load: () => T): (() => T) => {
  let loaded: { value: T } | null = null;
  return () => (loaded ??= { value: load() }).value;
};

/** Character sets that captchas are made of. */
export const DIGITS = "0123456789";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = LOWER.toUpperCase();
export const ALL = DIGITS + LOWER + UPPER;
/** As wide as Arial, which a server seldom has. */
export const SANS = "Liberation Sans";
/** Font families that Debian has. */
export const FONTS = [
  SANS,
  SANS,
  "Liberation Serif",
  "Liberation Mono",
  "DejaVu Sans",
  "DejaVu Serif",
  "DejaVu Sans Mono",
];
/** Random text of this length. */
export const textOf = (characters: string, length: number): string =>
  Array.from({ length }, () => characters[int(0, characters.length - 1)]).join("");
/** A random character set. */
export const someCharacters = (): string =>
  pick([DIGITS, UPPER, LOWER, DIGITS + UPPER, DIGITS + LOWER, ALL, ALL]);
/** A random CSS colour, each part between the two, 0 to 255. */
export const colour = (from: number, to: number): string =>
  `rgb(${int(from, to)},${int(from, to)},${int(from, to)})`;
/** A colour for letters. */
export const dark = (): string => colour(0, 130);
/** A colour for the ground. */
export const light = (): string => pick(["#fff", "#eee", "#f5f5f5", colour(200, 255), colour(170, 255)]);
/** A PNG file and what it shows. */
export const png = (text: string, file: Buffer, answer = text): Sample => ({
  text,
  answer,
  file,
  extension: "png",
});

/** @napi-rs/canvas, loaded when it is first used. */
export const canvasModule = once(() => require("@napi-rs/canvas") as CanvasModule);

/** Runs one file of a package with other modules in place of some that it asks for. */
export function load(
  file: string,
  modules: Record<string, unknown>,
  edit = (source: string): string => source,
): unknown {
  const path = require.resolve(file);
  const own = createRequire(path);
  const module = { exports: {} as unknown };
  compileFunction(edit(readFileSync(path, "utf8")), ["require", "module", "exports", "__dirname"])(
    (name: string) => modules[name] ?? own(name),
    module,
    module.exports,
    dirname(path),
  );
  return module.exports;
}
