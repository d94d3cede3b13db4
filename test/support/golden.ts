import { readFile } from "node:fs/promises";

const GOLDEN = new URL("../golden/", import.meta.url);

export interface GoldenPicture {
  readonly file: string;
  readonly answer: string;
}

/** The pictures of test/golden, with what stands in them. */
export async function goldenPictures(): Promise<readonly GoldenPicture[]> {
  const labels = (await readFile(new URL("labels.tsv", GOLDEN), "utf8")).trim().split("\n");
  return labels.map((line) => line.split("\t")).map(([file = "", answer = ""]) => ({ file, answer }));
}

export function goldenBase64({ file }: GoldenPicture): Promise<string> {
  return readFile(new URL(file, GOLDEN), "base64");
}
