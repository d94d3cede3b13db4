import { useSyncExternalStore } from "react";

/** What a worker sets for this browser. Nothing secret, and nothing breaks when it is gone. */
export interface Preferences {
  readonly sound: boolean;
  /** Keys that also type something, such as Q or 1, act outside text fields. */
  readonly singleKeys: boolean;
  readonly looks: Readonly<Record<string, Look>>;
}

/** How pictures of a task type are shown. */
export interface Look {
  readonly zoom: number;
  readonly filter: Filter;
}

export const FILTERS = ["none", "contrast", "invert", "grey"] as const;
export type Filter = (typeof FILTERS)[number];
export const ZOOMS = [1, 1.5, 2, 3, 4] as const;

const NAME = "glyphdesk.workspace";
const MAX_LOOKS = 100;
const FIRST: Preferences = { sound: false, singleKeys: true, looks: {} };
const FIRST_LOOK: Look = { zoom: 2, filter: "none" };

let current: Preferences | null = null;
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  return (current ??= read());
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change };
  try {
    localStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // Storage may be full or forbidden: then they last as long as the page.
  }
  for (const listener of listeners) listener();
}

export function setLook(title: string, look: Look): void {
  const others = Object.entries(preferences().looks).filter(([name]) => name !== title);
  setPreferences({ looks: Object.fromEntries([...others.slice(1 - MAX_LOOKS), [title, look]]) });
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

export function useLook(title: string): Look {
  const { zoom, filter } = usePreferences().looks[title] ?? FIRST_LOOK;
  return {
    zoom: ZOOMS.find((one) => one === zoom) ?? FIRST_LOOK.zoom,
    filter: FILTERS.find((one) => one === filter) ?? FIRST_LOOK.filter,
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Preferences>;
    return { ...FIRST, ...stored, looks: { ...stored.looks } };
  } catch {
    return FIRST;
  }
}
