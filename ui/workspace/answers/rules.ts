import type { Answer, Asks, Item, Kind, RotationAsk, TextAsk } from "../../../src/protocol/workspace.ts";

/**
 * What an answer of each kind starts as, and whether it can be sent. No DOM here: the components draw a draft, these rules
 * judge it, and the server judges it again.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An answer that is being made. One shape for all kinds, so that one field of the state holds it. */
export interface Draft {
  readonly text: string;
  readonly cells: readonly boolean[];
  readonly points: readonly Point[];
  readonly angles: readonly number[];
  readonly choice: number | null;
  readonly widget: WidgetOutcome | null;
}

/** What came from the widget's frame. */
export type WidgetOutcome =
  | { readonly token: string; readonly extra: Record<string, string> | undefined }
  | {
      readonly vendorError: "invalid-sitekey" | "invalid-domain" | "expired" | "other";
      readonly detail: string;
    };

/** What the rules say of a draft: it cannot be sent, or it can, perhaps after a second look. */
export type Verdict =
  | { readonly problem: string }
  | { readonly problem: null; readonly answer: Answer; readonly warning: string | null };

const EMPTY: Draft = { text: "", cells: [], points: [], angles: [], choice: null, widget: null };

/** The draft with which work on an item begins. */
export function emptyDraft({ kind, ask }: Item): Draft {
  if (kind === "grid") return { ...EMPTY, cells: Array<boolean>(ask.cells).fill(false) };
  if (kind !== "rotation") return EMPTY;
  return { ...EMPTY, angles: Array<number>(ask.pieces).fill(startAngle(ask)) };
}

/** As it came: no degrees, or the first step. */
function startAngle({ unit }: RotationAsk): number {
  return unit === "steps" ? 1 : 0;
}

/** The draft with which a correction begins. */
export function draftOf(item: Item, answer: Answer): Draft {
  const empty = emptyDraft(item);
  if ("text" in answer) return { ...empty, text: answer.text };
  if ("cells" in answer) return { ...empty, cells: answer.cells };
  if ("points" in answer) return { ...empty, points: answer.points };
  if ("angles" in answer) return { ...empty, angles: answer.angles };
  if ("choice" in answer) return { ...empty, choice: answer.choice };
  return empty;
}

/** Nothing has been entered yet, so that Esc pauses instead of clearing. */
export function isUntouched(item: Item, draft: Draft): boolean {
  return JSON.stringify(draft) === JSON.stringify(emptyDraft(item));
}

const problem = (sentence: string): Verdict => ({ problem: sentence });
const sendable = (answer: Answer, warning: string | null = null): Verdict => ({
  problem: null,
  answer,
  warning,
});

/** Counted as people count: by what is seen as one character. */
export function characters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function checkText(ask: TextAsk, text: string): Verdict {
  const typed = text.trim();
  if (typed === "") return problem("Type what the picture says.");
  const count = characters(typed).length;
  const [min, max] = ask.length ?? [1, Infinity];
  if (count < min || count > max) {
    return sendable({ text: typed }, `${count} typed, ${lengthWords(min, max)} asked for.`);
  }
  const { odd, warning } = ask.math ? SUM : CHARACTERS[ask.characters];
  return sendable({ text: typed }, odd?.test(typed) ? warning : null);
}

interface Expectation {
  /** Matches an answer that is not as expected; absent where anything is. */
  readonly odd?: RegExp;
  readonly warning: string;
}

const SUM: Expectation = { odd: /^(?!-?\d+$)/u, warning: "The value of the sum is asked for, a number." };

const CHARACTERS: Readonly<Record<TextAsk["characters"], Expectation>> = {
  any: { warning: "" },
  digits: { odd: /[^\d\s]/u, warning: "Only digits are asked for." },
  letters: { odd: /\d/u, warning: "Only letters are asked for." },
  "digits or letters": {
    odd: /\d.*\p{L}|\p{L}.*\d/u,
    warning: "Either digits or letters are asked for, not both.",
  },
  "digits and letters": {
    odd: /^(?!.*\d)|^(?!.*\p{L})/u,
    warning: "Digits and letters are asked for, both.",
  },
};

/** "5", "4 to 6", "at least 3" characters. */
export function lengthWords(min: number, max: number): string {
  if (min === max) return String(min);
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
}

function checkPoints({ min, max }: { readonly min: number; readonly max: number }, points: readonly Point[]) {
  if (points.length < min) {
    return problem(`Place ${min === 1 ? "a point" : `at least ${min} points`} in the picture.`);
  }
  if (points.length > max) return problem(`Place at most ${max === 1 ? "one point" : `${max} points`}.`);
  return sendable({ points: [...points] });
}

type Checks = { readonly [K in Kind]: (ask: Asks[K], draft: Draft) => Verdict };

const CHECKS: Checks = {
  text: (ask, { text }) => checkText(ask, text),
  grid({ min }, { cells }) {
    const picked = cells.filter(Boolean).length;
    if (picked < min) return problem(`Pick at least ${min}.`);
    return sendable({ cells: [...cells] }, picked === 0 ? "Nothing is picked." : null);
  },
  points: (ask, { points }) => checkPoints(ask, points),
  rotation(ask, { angles }) {
    const turned = angles.some((angle) => angle !== startAngle(ask));
    return sendable({ angles: [...angles] }, turned ? null : "Nothing is turned.");
  },
  choice: (_, { choice }) => (choice === null ? problem("Pick one.") : sendable({ choice })),
  audio({ numeric }, { text }) {
    const typed = text.trim();
    if (typed === "") return problem("Type what you hear.");
    if (numeric === "digits" && /[^\d\s]/u.test(typed)) return problem("Only digits are asked for.");
    return sendable({ text: typed });
  },
  widget: (_, { widget }) => checkWidget(widget),
};

/** Judges a draft. A warning asks for a second Enter and never blocks. */
export function check({ kind, ask }: Item, draft: Draft): Verdict {
  const judge = CHECKS[kind] as (ask: Item["ask"], draft: Draft) => Verdict;
  return judge(ask, draft);
}

function checkWidget(outcome: WidgetOutcome | null): Verdict {
  if (outcome === null) return problem("Solve the widget first; it is sent by itself.");
  if ("vendorError" in outcome) return sendable({ vendorError: outcome.vendorError, detail: outcome.detail });
  const { token, extra } = outcome;
  return sendable(extra === undefined ? { token } : { token, extra });
}

/** An answer in a few characters, for the history. */
export function summary(answer: Answer): string {
  if ("text" in answer) return answer.text;
  if ("cells" in answer) return plural(answer.cells.filter(Boolean).length, "cell");
  if ("points" in answer) return plural(answer.points.length, "point");
  if ("angles" in answer) return answer.angles.join(" · ");
  if ("choice" in answer) return `No. ${answer.choice + 1}`;
  return "token" in answer ? "token" : "vendor refused";
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** What to call a kind on the screen. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  text: "Text",
  grid: "Grids",
  points: "Points in a picture",
  rotation: "Rotation",
  choice: "Choice",
  audio: "Audio",
  widget: "Widgets",
};
