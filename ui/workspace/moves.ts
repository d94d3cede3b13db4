import type { Item } from "../../src/protocol/workspace.ts";
import { emptyDraft, KIND_NAMES } from "./answers/rules.ts";
import type { Effect, PauseReason, Row, State, Step, Work } from "./state.ts";

/** The moves that several events share. */

/** How long the card of a lost item stays, so that the reason can be read. */
export const LOST_MS = 1_500;
/** From here on the time left is a number, and is said once. */
export const LOW_MS = 10_000;
const TOAST_MS = 6_000;
const ROWS = 20;

export function step(state: State, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

/** Goes on from a step: its effects first. */
export function andThen({ state, effects }: Step, go: (state: State) => Step): Step {
  const next = go(state);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

export function newWork(item: Item, endsAt: number): Work {
  const media =
    item.files.length === 0
      ? ({ status: "ready", urls: [] } as const)
      : ({ status: "loading", urls: [] } as const);
  return {
    item,
    media,
    draft: emptyDraft(item),
    shown: null,
    endsAt,
    message: null,
    insists: false,
    corrects: null,
  };
}

/** The person takes tasks: has pressed Start and not paused. */
export function isTaking({ phase }: State): boolean {
  return phase === "waiting" || phase === "working" || phase === "submitting" || phase === "lease-lost";
}

/** Claims what is missing: an item for the empty card, or one ahead of the card. */
export function refill(state: State): Step {
  if (!isTaking(state) || state.claiming !== null || state.session?.paused != null) return step(state);
  const cardIsEmpty = state.work === null && state.queue.length === 0;
  const hasAhead = state.queue.some(({ shown, corrects }) => shown === null && corrects === null);
  if (!cardIsEmpty && hasAhead) return step(state);
  return step(
    { ...state, claiming: cardIsEmpty ? "now" : "ahead", again: false },
    { do: "claim", ahead: !cardIsEmpty },
  );
}

/** Puts the next item onto the card; without one the card waits, and a server-side pause takes effect. */
export function nextCard(state: State, now: number): Step {
  const [work, ...queue] = state.queue;
  if (work === undefined) {
    const empty: State = { ...state, work: null, reasonsOpen: false };
    if (state.session?.paused != null) return pause(empty, "worker", now);
    const phase = state.phase === "waiting" ? "waiting" : "submitting";
    return refill({ ...empty, phase, waitingSince: phase === "waiting" ? state.waitingSince : now });
  }
  return andThen(putOnCard({ ...state, queue }, work, now), refill);
}

/** Shows this item now. Its clock starts here unless it was on the card before. */
export function putOnCard(state: State, work: Work, now: number): Step {
  const onCard = { ...work, shown: work.shown ?? { at: now, endsAt: work.endsAt } };
  const effects: Effect[] = [{ do: "say", text: introduction(work), urgent: false }];
  if (work.shown === null && work.corrects === null) {
    effects.push({ do: "show", lease: work.item.lease }, ...alarms(work.item.lease, work.endsAt, now));
  }
  if (work.media.status === "failed") effects.push({ do: "load", work });
  const media = work.media.status === "failed" ? ({ status: "loading", urls: [] } as const) : work.media;
  return step(
    { ...state, phase: "working", work: { ...onCard, media }, notice: null, reasonsOpen: false },
    ...effects,
  );
}

export function alarms(lease: string, endsAt: number, now: number): Effect[] {
  const left = endsAt - now;
  const low: Effect[] =
    left > LOW_MS ? [{ do: "alarm", inMs: left - LOW_MS, event: { type: "time-low", lease } }] : [];
  return [...low, { do: "alarm", inMs: left, event: { type: "time-up", lease, now: endsAt } }];
}

function introduction({ item, corrects }: Work): string {
  const instruction = item.ask.instruction ?? "";
  return `${corrects === null ? "New task" : "Correct your answer"}: ${KIND_NAMES[item.kind]}. ${instruction}`.trim();
}

/** Gives back all that is leased and takes no more. */
export function pause(state: State, why: PauseReason, now: number): Step {
  const held = [...(state.work === null ? [] : [state.work]), ...state.queue];
  const notice = why === "hidden" ? "Paused because this page was not in view for a while." : null;
  return step(
    {
      ...state,
      phase: "paused",
      work: null,
      queue: [],
      again: false,
      notice,
      reasonsOpen: false,
      waitingSince: now,
    },
    ...held.flatMap((work) => letGo(work)),
    { do: "listen", taking: false },
    { do: "say", text: notice ?? state.session?.paused ?? "Paused.", urgent: false },
  );
}

function letGo({ item, corrects }: Work): Effect[] {
  const forget: Effect = { do: "forget", lease: item.lease };
  return corrects === null
    ? [{ do: "give-back", lease: item.lease, how: { call: "release" } }, forget]
    : [forget];
}

export function toast(state: State, text: string): Step {
  return step(
    { ...state, toast: text },
    { do: "say", text, urgent: true },
    { do: "alarm", inMs: TOAST_MS, event: { type: "toast-over", text } },
  );
}

export function addRow(state: State, row: Row): State {
  return { ...state, rows: [row, ...state.rows].slice(0, ROWS) };
}

export function changeRow(state: State, key: string, change: Partial<Row>): State {
  return { ...state, rows: state.rows.map((row) => (row.key === key ? { ...row, ...change } : row)) };
}

/** Changes the work with this lease wherever it is. */
export function changeWork(state: State, lease: string, change: (work: Work) => Work): State {
  const changed = (work: Work) => (work.item.lease === lease ? change(work) : work);
  return {
    ...state,
    work: state.work === null ? null : changed(state.work),
    queue: state.queue.map(changed),
  };
}
