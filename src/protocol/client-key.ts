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

/**
 * Splits suffixes off at every double underscore; of an odd run after the key the first underscore is the key's own last
 * character. A suffix that is no known option is a module name: that set is open.
 */
export function splitClientKey(text: string): ClientKey {
  const [start = "", ...suffixes] = text.trim().split("__");
  const first = suffixes.findIndex((suffix) => suffix !== "");
  const odd = suffixes[first]?.startsWith("_") === true;
  if (odd) suffixes[first] = suffixes[first]?.slice(1) ?? "";
  let module: string | null = null;
  let threshold: number | null = null;
  let nocache = false;
  for (const suffix of suffixes) {
    const match = THRESHOLD.exec(suffix);
    if (match) threshold = Math.min(100, Number(match[1]));
    else if (suffix.toLowerCase() === "nocache") nocache = true;
    else if (suffix !== "") module = suffix;
  }
  return { key: odd ? `${start}_` : start, module, threshold, nocache };
}
