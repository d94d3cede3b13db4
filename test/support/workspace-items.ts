import type { Asks, Item, ItemOf, Kind, Session } from "../../src/protocol/workspace.ts";

/** Items as the server hands them to the page, for tests of the page's own rules. */

const ASKS: Asks = {
  text: {
    instruction: null,
    length: [5, 5],
    characters: "any",
    case: true,
    math: false,
    words: false,
    language: null,
    suggestion: null,
  },
  grid: { instruction: "Select all bicycles", rows: 3, columns: 3, cells: 9, tiles: false, min: 1 },
  points: { instruction: "Mark both", min: 2, max: 2 },
  rotation: { instruction: null, pieces: 2, unit: "degrees", steps: null },
  choice: { instruction: null, options: ["1", "2", "3"] },
  audio: { instruction: null, numeric: "digits" },
  widget: {
    instruction: null,
    frame: "http://127.0.0.1:1/frame/x",
    origin: "http://127.0.0.1:1",
    vendor: "Stand-in",
    expiresMs: null,
  },
};

const PICTURE = { type: "image/png", width: 200, height: 60, role: "task" } as const;

export function itemOf<K extends Kind>(
  kind: K,
  lease = `lease-${kind}`,
  ask: Partial<Asks[K]> = {},
): ItemOf<K> {
  return {
    lease,
    kind,
    title: "ImageToTextTask",
    files: kind === "widget" ? [] : [PICTURE],
    leaseMs: 30_000,
    deadlineMs: 60_000,
    ask: { ...ASKS[kind], ...ask },
  };
}

export const text = (lease: string): Item => itemOf("text", lease);

export const SESSION: Session = {
  worker: { id: 1, name: "ada", role: "worker", allowed: ["text"], accepts: ["text"], languages: [] },
  csrf: "token",
  paused: null,
  today: { answered: 3, medianMs: 2_400, accuracy: null },
  waiting: 0,
};
