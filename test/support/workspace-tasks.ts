import capmonster from "@zennolab_com/capmonstercloud-client";
import type { Page } from "playwright-core";
import type { Kind } from "../../src/protocol/workspace.ts";
import { goldenBase64, goldenPictures } from "./golden.ts";

const {
  ComplexImageHCaptchaRequest,
  ComplexImageRecaptchaRequest,
  ComplexImageTaskRecognitionRequest,
  ImageToTextRequest,
  TurnstileRequest,
} = capmonster;

const SITE = "https://shop.example/login";

/** One task as the official client sends it, and how a person answers it by keyboard. */
export interface StagedTask {
  readonly kind: Kind;
  /** @param mark ends the picture or sound, or is the site key, so that the item can be told from others on the way */
  readonly request: (mark?: string) => Promise<object>;
  /** What is on the screen then. */
  readonly shows: string;
  /** With the item on the screen: makes and sends the answer. */
  readonly answer: (page: Page) => Promise<void>;
  readonly solution: unknown;
}

const pictures = await goldenPictures();

const pictureAt = (index: number) => {
  const picture = pictures[index % pictures.length];
  if (picture === undefined) throw new Error("there are no pictures");
  return picture;
};

async function images(count: number, mark = ""): Promise<string[]> {
  const read = async (index: number) => marked(await goldenBase64(pictureAt(index)), mark);
  return Promise.all(Array.from({ length: count }, (_, index) => read(index)));
}

/** Decoders stop before what comes after the end of a picture. */
function marked(base64: string, mark: string): string {
  return Buffer.concat([Buffer.from(base64, "base64"), Buffer.from(mark)]).toString("base64");
}

/** The client has no field for the address of the page; tasks of other kinds than text need it. */
async function recognition(task: string, imagesBase64: string[], more: object = {}) {
  const request = new ComplexImageTaskRecognitionRequest({ imagesBase64, metaData: { Task: task, ...more } });
  return Object.assign(request, { websiteURL: SITE });
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** A picture, answered with these words. */
export function textTask(index: number, words = "abc12"): StagedTask {
  return {
    kind: "text",
    shows: "input[type=text]:focus",
    request: async (mark = "") =>
      new ImageToTextRequest({ body: marked(await goldenBase64(pictureAt(index)), mark) }),
    async answer(page) {
      await page.keyboard.type(words);
      await press(page, "Enter");
    },
    solution: { text: words },
  };
}

/** One of each kind beside text, all answered with the keyboard alone. */
export const OTHER_TASKS: readonly StagedTask[] = [
  {
    kind: "grid",
    shows: "[role=listbox]",
    request: async (mark) =>
      new ComplexImageRecaptchaRequest({
        websiteURL: SITE,
        imagesBase64: await images(1, mark),
        metaData: { Grid: "3x3", Task: "Select all bicycles" },
      }),
    answer: (page) => press(page, "q", "s", "Numpad3", "Enter"),
    solution: { answer: [true, false, false, false, true, false, false, false, true] },
  },
  {
    kind: "grid",
    shows: "[role=listbox]",
    request: async (mark) => recognition("bls_3x3", await images(9, mark), { TaskArgument: "546" }),
    answer: (page) => press(page, "Space", "ArrowRight", "ArrowDown", "Space", "Enter"),
    solution: {
      answer: [true, false, false, false, true, false, false, false, false],
      metadata: { AnswerType: "Grid" },
    },
  },
  {
    kind: "grid",
    shows: "[role=listbox]",
    // Two rows, the second shorter than the first.
    request: async (mark) =>
      new ComplexImageHCaptchaRequest({
        websiteURL: SITE,
        imagesBase64: await images(5, mark),
        metaData: { Task: "Select all dogs" },
      }),
    answer: (page) => press(page, "q", "End", "ArrowRight", "Space", "Enter"),
    solution: { answer: [true, false, false, false, true], metadata: { AnswerType: "Grid" } },
  },
  {
    kind: "points",
    shows: "[role=application]",
    request: async (mark) => recognition("shein", await images(1, mark)),
    async answer(page) {
      await press(page, "Home", "Shift+ArrowLeft", "ArrowUp", "Space", "Backspace", "Space", "Enter");
    },
    // The first picture is 150 × 50; the cross starts in its middle.
    solution: { answer: [{ X: 65, Y: 24 }], metadata: { AnswerType: "Coordinate" } },
  },
  {
    kind: "rotation",
    shows: "input[type=range]",
    request: async (mark) => recognition("oocl_rotate_new", await images(2, mark)),
    answer: (page) => press(page, "Shift+ArrowRight", "ArrowRight", "Enter"),
    solution: { answer: [11], metadata: { AnswerType: "NumericArray" } },
  },
  {
    kind: "rotation",
    shows: "input[type=range]",
    request: async (mark) => recognition("betpunch_3x3_rotate", await images(9, mark)),
    answer: (page) => press(page, "ArrowRight", "Tab", "ArrowRight", "ArrowRight", "Enter"),
    solution: { answer: [2, 3, 1, 1, 1, 1, 1, 1, 1], metadata: { AnswerType: "NumericArray" } },
  },
  {
    kind: "choice",
    shows: "input[type=radio]",
    request: async (mark) =>
      recognition("portugal_text_find_icon", await images(1, mark), { TaskArgument: "casa" }),
    answer: (page) => press(page, "4", "Enter"),
    solution: { answer: [4], metadata: { AnswerType: "NumericArray" } },
  },
  {
    kind: "audio",
    shows: "audio",
    request: async (mark = "") =>
      recognition("bills_audio", [marked(tone(), mark)], { PayloadType: "Audio" }),
    async answer(page) {
      await page.keyboard.type("123");
      await press(page, "Enter");
    },
    solution: { answer: [1, 2, 3], metadata: { AnswerType: "Text" } },
  },
  {
    kind: "widget",
    shows: "iframe",
    request: async (mark = "good-key") => new TurnstileRequest({ websiteURL: SITE, websiteKey: mark }),
    // The frame has the focus; Tab goes to the vendor's own button. The token is sent by itself.
    async answer(page) {
      await page.frameLocator("iframe").getByRole("button").waitFor();
      await press(page, "Tab", "Enter");
    },
    solution: { token: "token-1" },
  },
];

/** A second of a tone, as a sound file. */
function tone(): string {
  const rate = 8_000;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + rate, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(rate, 40);
  const samples = Uint8Array.from({ length: rate }, (_, index) => 128 + 40 * Math.sin(index / 5));
  return Buffer.concat([head, samples]).toString("base64");
}
