import type {
  Answer,
  HistoryRow,
  Item,
  Kind,
  Session,
  UnsolvableReason,
} from "../../src/protocol/workspace.ts";
import type { Draft } from "./answers/rules.ts";

/**
 * What the page knows. `machine.ts` alone makes the next state from it.
 *
 *     starting → signed-out | invite → ready → waiting ⇄ working → submitting → working …
 *                                        ▲        │         ├─ lease-lost (1.5 s) ┐
 *                                        └ paused ◄─────────┴─────────────────────┘      ended, from any of them
 *
 * Over each of them may lie: `offline` (the last call did not come through), a server-side pause in `session.paused`.
 */
export type Phase =
  | "starting"
  | "signed-out"
  | "invite"
  | "ready"
  | "paused"
  | "waiting"
  | "working"
  | "submitting"
  | "lease-lost"
  | "ended";

/** The pictures or the sound of an item, as addresses of bytes that are already here. */
export interface Media {
  readonly status: "loading" | "ready" | "failed";
  readonly urls: readonly string[];
}

/** One item on its way over the desk. */
export interface Work {
  readonly item: Item;
  readonly media: Media;
  readonly draft: Draft;
  /** When it came onto the screen and when its time is up, on the page's clock; null while it is only fetched ahead. */
  readonly shown: { readonly at: number; readonly endsAt: number } | null;
  /** When the time of its caller is up, on the page's clock. */
  readonly endsAt: number;
  /** What is wrong with the draft. */
  readonly message: string | null;
  /** The message is a warning that has been seen: the next Enter sends. */
  readonly insists: boolean;
  /** The answer in the history that this corrects. Such work has no lease. */
  readonly corrects: string | null;
}

/** An answer under way. Its work is kept in case the server sends it back. */
export interface Sending {
  readonly work: Work;
  readonly answer: Answer;
}

export type RowOutcome = HistoryRow["outcome"] | "sending" | "refused";

/** One line of the history, newest first. */
export interface Row {
  /** The lease at first, then the id by which it can be corrected. */
  readonly key: string;
  readonly kind: Kind;
  readonly summary: string;
  readonly tookMs: number;
  readonly outcome: RowOutcome;
  readonly fixable: boolean;
}

export type PauseReason = "worker" | "hidden";

export interface State {
  readonly phase: Phase;
  readonly session: Session | null;
  readonly invite: { readonly token: string; readonly name: string | null } | null;
  /** One sentence for the screen of this phase: why signing in failed, why the work paused, what was lost. */
  readonly notice: string | null;
  /** A call from a form is under way. */
  readonly busy: boolean;
  readonly work: Work | null;
  /** What comes after `work`: put aside for a correction, sent back, or fetched ahead (that one last). */
  readonly queue: readonly Work[];
  readonly sending: readonly Sending[];
  /** Lease of an answer under way that is to be corrected as soon as it has arrived. */
  readonly fixNext: string | null;
  readonly claiming: "now" | "ahead" | null;
  /** Something may have arrived while a claim was under way: claim again when it comes back empty. */
  readonly again: boolean;
  readonly rows: readonly Row[];
  /** Everybody's answers of today, newest first, for those who may read them. */
  readonly everybody: readonly HistoryRow[];
  readonly reasonsOpen: boolean;
  readonly latesInARow: number;
  readonly toast: string | null;
  readonly link: "live" | "reconnecting" | "closed";
  readonly offline: boolean;
  readonly waitingSince: number;
}

/** What the page is to do about a step. Carried out by `desk.ts`; none of it is waited for. */
export type Effect =
  | { readonly do: "claim"; readonly ahead: boolean }
  | { readonly do: "load"; readonly work: Work }
  | { readonly do: "forget"; readonly lease: string }
  | { readonly do: "show"; readonly lease: string }
  | { readonly do: "answer"; readonly lease: string; readonly answer: Answer; readonly shownMs: number }
  | { readonly do: "give-back"; readonly lease: string; readonly how: GiveBack }
  | { readonly do: "alarm"; readonly inMs: number; readonly event: Event }
  | { readonly do: "say"; readonly text: string; readonly urgent: boolean }
  | { readonly do: "chime" }
  | { readonly do: "open-fix"; readonly id: string }
  | { readonly do: "send-fix"; readonly id: string; readonly answer: Answer }
  | { readonly do: "listen"; readonly taking: boolean }
  | { readonly do: "hang-up" };

export type GiveBack =
  | { readonly call: "skip" | "release" }
  | { readonly call: "unsolvable"; readonly reason: UnsolvableReason; readonly note: string };

/** What may happen. `now` is the page's clock, `performance.now()`. */
export type Event =
  | { readonly type: "session"; readonly session: Session }
  | { readonly type: "history"; readonly rows: readonly HistoryRow[] }
  | { readonly type: "everybody"; readonly rows: readonly HistoryRow[] }
  | { readonly type: "no-session"; readonly notice: string | null }
  | { readonly type: "invite"; readonly token: string }
  | { readonly type: "invite-name"; readonly name: string }
  | { readonly type: "busy" }
  | { readonly type: "form-failed"; readonly notice: string }
  | { readonly type: "ended"; readonly notice: string }
  | { readonly type: "start"; readonly now: number }
  | { readonly type: "pause"; readonly why: PauseReason; readonly now: number }
  | { readonly type: "waiting"; readonly count: number }
  | { readonly type: "look-again" }
  | { readonly type: "claimed"; readonly ahead: boolean; readonly item: Item | null; readonly now: number }
  | { readonly type: "loaded"; readonly lease: string; readonly urls: readonly string[] }
  | { readonly type: "load-failed"; readonly lease: string }
  | { readonly type: "retry-load" }
  | { readonly type: "clock"; readonly lease: string; readonly deadlineMs: number; readonly now: number }
  | { readonly type: "lost"; readonly lease: string; readonly reason: string; readonly now: number }
  | { readonly type: "time-up"; readonly lease: string; readonly now: number }
  | { readonly type: "time-low"; readonly lease: string }
  | { readonly type: "move-on"; readonly lease: string; readonly now: number }
  | { readonly type: "edit"; readonly draft: Partial<Draft> }
  | { readonly type: "submit"; readonly now: number }
  | {
      readonly type: "answered";
      readonly lease: string;
      readonly outcome: "accepted" | "late";
      readonly historyId: string | null;
    }
  | { readonly type: "refused"; readonly lease: string; readonly message: string; readonly now: number }
  | { readonly type: "skip"; readonly now: number }
  | { readonly type: "reasons"; readonly open: boolean }
  | {
      readonly type: "unsolvable";
      readonly reason: UnsolvableReason;
      readonly note: string;
      readonly now: number;
    }
  | { readonly type: "escape"; readonly now: number }
  | { readonly type: "fix-last" }
  | {
      readonly type: "fix-opened";
      readonly id: string;
      readonly item: Item;
      readonly value: Answer;
      readonly now: number;
    }
  | { readonly type: "fixed"; readonly id: string; readonly outcome: "accepted" | "too-late" }
  | { readonly type: "toast"; readonly text: string }
  | { readonly type: "toast-over"; readonly text: string }
  | { readonly type: "link"; readonly link: State["link"] }
  | { readonly type: "offline"; readonly offline: boolean };

/** A state and what is to be done about it. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export const INITIAL: State = {
  phase: "starting",
  session: null,
  invite: null,
  notice: null,
  busy: false,
  work: null,
  queue: [],
  sending: [],
  fixNext: null,
  claiming: null,
  again: false,
  rows: [],
  everybody: [],
  reasonsOpen: false,
  latesInARow: 0,
  toast: null,
  link: "closed",
  offline: false,
  waitingSince: 0,
};
