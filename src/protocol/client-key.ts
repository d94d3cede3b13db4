/** A client key with the options that were appended to it: `KEY__nocache`, `KEY__<module>`, `KEY__recognizingthreshold_80`. */
export interface ClientKey {
  /** The part that is looked up. */
  readonly key: string;
  readonly module: string | null;
  /** 0 to 100; null when the suffix is absent. */
  readonly threshold: number | null;
  readonly nocache: boolean;
}

const THRESHOLD = /^recognizingthreshold_(\d{1,3})$/i;

/** Splits suffixes off at every double underscore. A suffix that is no known option is a module name: that set is open. */
export function splitClientKey(text: string): ClientKey {
  const [key = "", ...suffixes] = text.trim().split("__");
  let module: string | null = null;
  let threshold: number | null = null;
  let nocache = false;
  for (const suffix of suffixes) {
    const match = THRESHOLD.exec(suffix);
    if (match) threshold = Math.min(100, Number(match[1]));
    else if (suffix.toLowerCase() === "nocache") nocache = true;
    else if (suffix !== "") module = suffix;
  }
  return { key, module, threshold, nocache };
}
