import { hintsOf } from "../../protocol/text-hints.ts";

/**
 * Why the network cannot write the answer to a task: it has Latin letters and no space, so what it reads would be wrong
 * however sure it is. A sentence for the caller; null if it can.
 */
export function unwritable(fields: Readonly<Record<string, unknown>>): string | null {
  const { math, characters } = hintsOf(fields);
  if (math) return null;
  const { phrase, language } = fields;
  if (phrase === true) {
    return "The recogniser reads single words, and phrase says that the answer has several. For one word, leave it out.";
  }
  // Digits are the same in nearly every script that captchas are in.
  if (characters === "digits" || typeof language !== "string") return null;
  const script = scriptOf(language);
  if (script === null || script === "Latn") return null;
  return `The recogniser reads Latin letters only, and language says that the text is in another script (${language}).`;
}

/** The usual script of a language, by its code such as `ru`, `sr-Latn` or `zh_CN`; null if there is no such language. */
function scriptOf(code: string): string | null {
  try {
    return new Intl.Locale(code.replaceAll("_", "-")).maximize().script ?? null;
  } catch {
    return null;
  }
}
