import type { Kind } from "../../src/protocol/workspace.ts";

/**
 * Every shortcut of the workspace, as data. The listeners, the key sheet, the tooltips and `aria-keyshortcuts` are made
 * from this table. Keys are written as tinykeys reads them: a name is compared with `event.key` and with `event.code`
 * (codes for keys that matter by their place), `$mod` is Ctrl, or ⌘ on a Mac.
 */
export interface Shortcut {
  readonly keys: readonly string[];
  /** How the sheet shows them; made from the first of `keys` when absent. */
  readonly show?: string;
  readonly label: string;
  readonly where: Where;
  /**
   * Also types something: never acts while a text field has the focus, and not at all when the worker has turned such
   * keys off (WCAG 2.1.4).
   */
  readonly types?: true;
  /** Goes on while the key is held down. */
  readonly repeats?: true;
}

export type Where = "everywhere" | "paused" | "card" | "picture" | "reasons" | Kind;

export const WHERE_NAMES: Readonly<Record<Where, string>> = {
  everywhere: "Everywhere",
  paused: "Ready and paused",
  card: "Every task",
  picture: "Picture",
  reasons: "Can't solve",
  text: "Text",
  grid: "Grids",
  points: "Points",
  rotation: "Rotation",
  choice: "Choice",
  audio: "Audio",
  widget: "Widgets",
};

export const SHORTCUTS = {
  sheet: { keys: ["$mod+/"], label: "Show the keys", where: "everywhere" },
  sheetOutside: {
    keys: ["[Shift]+?"],
    show: "?",
    label: "Show the keys, outside text fields",
    where: "everywhere",
    types: true,
  },
  start: { keys: ["Enter"], label: "Start", where: "paused" },
  submit: { keys: ["Enter", "$mod+Enter"], label: "Submit", where: "card" },
  skip: { keys: ["Shift+Enter"], label: "Skip, give it back", where: "card" },
  reasons: { keys: ["$mod+."], label: "Can't solve", where: "card" },
  escape: { keys: ["Escape"], label: "Clear; on an empty answer: pause", where: "card" },
  fix: { keys: ["$mod+z"], label: "Correct the last answer", where: "card" },
  reason: {
    keys: ["(Digit[1-4]|Numpad[1-4])"],
    show: "1 – 4",
    label: "Pick the reason",
    where: "reasons",
    types: true,
  },
  zoomIn: { keys: ["[Shift]++"], show: "+", label: "Larger", where: "picture", types: true, repeats: true },
  zoomOut: { keys: ["-"], show: "−", label: "Smaller", where: "picture", types: true, repeats: true },
  zoomInField: { keys: ["ArrowUp"], label: "Larger", where: "text", repeats: true },
  zoomOutField: { keys: ["ArrowDown"], label: "Smaller", where: "text", repeats: true },
  filterNext: { keys: ["Shift+ArrowDown"], label: "Next filter", where: "picture" },
  filterPrevious: { keys: ["Shift+ArrowUp"], label: "Previous filter", where: "picture" },
  reload: { keys: ["KeyR"], show: "R", label: "Load a broken picture again", where: "picture", types: true },
  suggestion: { keys: ["Tab"], label: "Take the suggestion", where: "text" },
  gridPick: {
    keys: ["(Key[QWERTYASDFGHZXCVBN]|Digit[1-6]|Numpad[1-9])"],
    show: "Q W E / A S D / Z X C",
    label: "Pick the cell that shows this key",
    where: "grid",
    types: true,
  },
  gridMove: {
    keys: ["(Arrow(Up|Down|Left|Right)|Home|End)"],
    show: "Arrow keys",
    label: "Move to another cell",
    where: "grid",
    repeats: true,
  },
  gridToggle: { keys: ["Space"], label: "Pick or leave this cell", where: "grid" },
  gridClear: { keys: ["Backspace"], label: "Leave all cells", where: "grid" },
  pointsMove: {
    keys: ["[Shift]+(Arrow(Up|Down|Left|Right))"],
    show: "Arrow keys",
    label: "Move the cross by a pixel, with Shift by ten",
    where: "points",
    repeats: true,
  },
  pointsPlace: { keys: ["Space"], label: "Place a point", where: "points" },
  pointsUndo: { keys: ["Backspace"], label: "Take the last point away", where: "points" },
  rotationTurn: {
    keys: ["Shift+(Arrow(Left|Right))"],
    show: "Shift Left or Right",
    label: "Turn by ten degrees; without Shift by one",
    where: "rotation",
    repeats: true,
  },
  choicePick: {
    keys: ["(Digit[1-9]|Numpad[1-9])"],
    show: "1 – 9",
    label: "Pick this option",
    where: "choice",
    types: true,
  },
  audioAgain: { keys: ["ArrowUp"], label: "Play from the start", where: "audio" },
  audioPause: { keys: ["ArrowDown"], label: "Stop or go on playing", where: "audio" },
  widgetLeave: {
    keys: ["Escape"],
    label: "From the widget back to the page; twice where the vendor uses it",
    where: "widget",
  },
  widgetAgain: { keys: ["KeyR"], show: "R", label: "Load the widget again", where: "widget", types: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof SHORTCUTS;

export function shortcutOf(id: ShortcutId): Shortcut {
  return SHORTCUTS[id];
}

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

/** For people: `⇧ Enter`, `Ctrl .`. */
export function showKeys(id: ShortcutId, mac: boolean): string {
  const { show, keys } = shortcutOf(id);
  const text = show ?? (keys[0] ?? "").replaceAll("+", " ");
  return text
    .split(" ")
    .map((part) => (part === "$mod" ? (mac ? "⌘" : "Ctrl") : (SYMBOLS[part] ?? part)))
    .map((part) => (/^[a-z]$/u.test(part) ? part.toUpperCase() : part))
    .join(" ");
}

/** For `aria-keyshortcuts`; undefined where a pattern of keys counts. */
export function ariaKeys(id: ShortcutId, mac: boolean): string | undefined {
  const plain = shortcutOf(id).keys.filter((keys) => !keys.includes("("));
  const spoken = plain.map((keys) =>
    keys
      .replace("[Shift]+", "")
      .replace("$mod", mac ? "Meta" : "Control")
      .replace(/^Key/u, ""),
  );
  return spoken.length === 0 ? undefined : spoken.join(" ");
}
