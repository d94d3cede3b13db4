/**
 * Captcha components for browsers, drawn here: they get a canvas and the few functions of React that they call, so
 * that they draw as on a page.
 */
import sharp from "sharp";
import { int, next, pick, type Sample } from "./generators.ts";
import {
  type Canvas,
  FONTS,
  type Generator,
  SANS,
  canvasModule,
  dark,
  light,
  load,
  once,
  png,
  someCharacters,
  textOf,
} from "./package-tools.ts";

/** A canvas that writes down what text is drawn. */
function watchedCanvas(width: number, height: number): { canvas: Canvas; drawn: () => string } {
  const canvas = canvasModule().createCanvas(width, height);
  const context = canvas.getContext("2d");
  const fillText = context.fillText.bind(context);
  let drawn = "";
  context.fillText = (text, x, y) => {
    drawn += `${text}`;
    fillText(`${text}`, x, y);
  };
  return { canvas, drawn: () => drawn };
}

/** As much of React as a component needs that draws on its canvas when it is first shown. */
function fakeReact(canvas: () => Canvas): Record<string, unknown> {
  // A plain function, since components compiled for old browsers call it without `new`.
  function Component(this: { props: object }, props: object): void {
    this.props = props;
  }
  const same = (value: unknown): unknown => value;
  const react = {
    Component,
    createElement: () => null,
    createRef: () => ({ current: canvas() }),
    useRef: () => ({ current: canvas() }),
    useState: (value: unknown) => [value, (): void => {}],
    useEffect: (effect: () => void) => effect(),
    useImperativeHandle: () => null,
    useCallback: same,
    memo: same,
    forwardRef: same,
  };
  return { ...react, default: react };
}
const anyType: unknown = new Proxy(() => null, { get: () => anyType });

let page: { canvas: Canvas; drawn: () => string };
const openPage = (width: number, height: number): void => void (page = watchedCanvas(width, height));
async function pagePicture(ground: string, text = page.drawn(), answer = text): Promise<Sample> {
  return png(
    text,
    await sharp(page.canvas.toBuffer("image/png")).flatten({ background: ground }).png().toBuffer(),
    answer,
  );
}
const react = once(() => fakeReact(() => page.canvas));

type Drawer<T> = T & { defaultProps: object };
type ClassDrawer = Drawer<new (props: object) => Record<string, unknown>>;
type HookDrawer = Drawer<(props: object, reference: null) => unknown>;

interface ReactSimple {
  loadCaptchaEnginge(length: number, background: string, colour: string, characters: string): void;
}
/** A module in the newer form, made one in the older form by hand: it is loaded by what asks for modules by name. */
const olderForm = (source: string): string =>
  `const { Component } = require("react"), ReactHtmlParser = require("react-html-parser");${source
    .replace(/^import .*$/gm, "")
    .replace(/^export /gm, "")}; module.exports = { loadCaptchaEnginge };`;
const ReactSimpleCaptcha = once(() => {
  const link = { onclick: null };
  const element = (id: string): unknown => (id === "canv" ? page.canvas : link);
  const document = 'const document = require("document");';
  const modules = { react: react(), "react-html-parser": null, document: { getElementById: element } };
  return load("react-simple-captcha", modules, (source) => document + olderForm(source)) as ReactSimple;
});
async function reactSimpleCaptcha(wild: boolean): Promise<Sample> {
  openPage(300, 150);
  const [paper, ink] =
    wild && next() < 0.6 ? (next() < 0.3 ? [dark(), light()] : [light(), dark()]) : ["white", "black"];
  const set = wild ? pick(["", "", "upper", "lower", "numbers"]) : "";
  ReactSimpleCaptcha().loadCaptchaEnginge(wild ? int(3, 8) : 6, paper, ink, set);
  return pagePicture("#fff");
}

const ReactClientCaptcha = once(
  () => load("react-client-captcha", { react: react(), "prop-types": anyType }) as ClassDrawer,
);
async function reactClientCaptcha(wild: boolean): Promise<Sample> {
  const fontSize = wild ? int(16, 34) : 22;
  const charsCount = wild ? int(3, 6) : 4;
  const [width, height] = wild
    ? [Math.round(charsCount * fontSize * 1.1) + int(6, 30), fontSize + int(6, 26)]
    : [100, 40];
  const look = wild && {
    fontColor: dark(),
    backgroundColor: light(),
    fontFamily: `"${pick(FONTS)}"`,
    chars: someCharacters(),
  };
  let text = "";
  const told = { captchaCode: (code: string) => (text = code) };
  openPage(width, height);
  const plain = { fontFamily: `"${SANS}"`, width, height, fontSize, charsCount };
  const Component = ReactClientCaptcha();
  const component = new Component({ ...Component.defaultProps, ...plain, ...look, ...told });
  (component["generateCaptcha"] as () => void)();
  return pagePicture("#fff", text);
}

const ReactNumericCaptcha = once(() => load("react-numeric-captcha", { react: react() }) as ClassDrawer);
async function reactNumericCaptcha(wild: boolean): Promise<Sample> {
  openPage(200, 50);
  const component = new (ReactNumericCaptcha())({});
  component["canvas"] = page.canvas;
  (component["drawCaptcha"] as () => void)();
  return pagePicture(wild ? light() : "#fff");
}

const ReactCanvasCaptcha = once(() => {
  const modules = { react: react(), "react/jsx-runtime": { jsx: () => null, jsxs: () => null } };
  return (load("react-canvas-captcha", modules) as { default: HookDrawer }).default;
});
/** The component tells the text in small letters; the picture shows it as typed. */
async function reactCanvasCaptcha(wild: boolean): Promise<Sample> {
  const numberOfChars = wild ? int(3, 7) : 4;
  const font = `${wild ? pick(["bold", "bold", ""]) : "bold"} ${wild ? int(18, 28) : 23}px "${wild ? pick(FONTS) : SANS}"`;
  const captchaConfig = {
    numberOfChars,
    font,
    textStartingX: wild ? int(2, 15) : 15,
    textStartingY: wild ? int(2, 10) : 5,
  };
  const boxWidth = wild ? 50 + numberOfChars * 20 : 130;
  const caseType = wild ? pick(["mix", "mix", "uppercase", "lowercase"]) : "mix";
  openPage(boxWidth, 50);
  const Component = ReactCanvasCaptcha();
  Component(
    { ...Component.defaultProps, boxWidth, boxHeight: 50, caseType, captchaConfig, setCode: () => null },
    null,
  );
  return pagePicture(wild && next() < 0.7 ? light() : "#d1d399", page.drawn(), page.drawn().toLowerCase());
}

const ReactCaptchaCode = once(() => {
  const modules = { react: react(), "./style": {}, classnames: () => "" };
  return (load("react-captcha-code/build/cjs/captcha.js", modules) as { default: HookDrawer }).default;
});
async function reactCaptchaCode(wild: boolean): Promise<Sample> {
  const charNum = wild ? int(3, 6) : 4;
  const fontSize = wild ? int(20, 34) : 25;
  const [width, height] = wild ? [charNum * int(20, 32), int(36, 52)] : [100, 40];
  let text = "";
  openPage(width, height);
  const look = { charNum, fontSize, width, height, bgColor: wild ? light() : "#DFF0D8" };
  const given = wild && next() < 0.5 ? textOf(someCharacters(), charNum) : "";
  ReactCaptchaCode()({ ...look, code: given, onChange: (code: string) => (text = code) }, null);
  return pagePicture("#fff", given || text);
}

/** React components of npm that draw a captcha. */
export const browserGenerators: Readonly<Record<string, Generator>> = {
  "react-simple-captcha": reactSimpleCaptcha,
  "react-client-captcha": reactClientCaptcha,
  "react-numeric-captcha": reactNumericCaptcha,
  "react-canvas-captcha": reactCanvasCaptcha,
  "react-captcha-code": reactCaptchaCode,
};
