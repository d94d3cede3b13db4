import type { HistoryRow } from "../../src/protocol/workspace.ts";
import { check, draftOf, emptyDraft, isUntouched, summary } from "./answers/rules.ts";
import {
  addRow,
  alarms,
  changeRow,
  changeWork,
  isTaking,
  LOST_MS,
  newWork,
  nextCard,
  pause,
  putOnCard,
  refill,
  step,
  andThen,
  toast,
} from "./moves.ts";
import type { Effect, Event, Row, State, Step, Work } from "./state.ts";

/** So many answers in a row that came too late are worth a word. */
const LATES_FOR_A_WORD = 3;
const NOTHING_TO_FIX = "There is no answer left that could be corrected.";

type Handlers = {
  readonly [Type in Event["type"]]: (state: State, event: Extract<Event, { type: Type }>) => Step;
};

/** One event, one next state and what to do about it. Pure: no clock, no DOM, no calls. */
export function next(state: State, event: Event): Step {
  const handle = HANDLERS[event.type] as (state: State, event: Event) => Step;
  return handle(state, event);
}

const HANDLERS: Handlers = {
  session(state, { session }) {
    const known = { ...state, session, busy: false, invite: null };
    if (isTaking(state) || state.phase === "paused" || state.phase === "ready") {
      // A pause by the server waits for the card in hand; an empty card has nothing to wait for.
      const idle = isTaking(state) && state.work === null && state.sending.length === 0;
      return idle && session.paused !== null ? pause(known, "worker", state.waitingSince) : step(known);
    }
    return step({ ...known, phase: "ready", notice: null }, { do: "listen", taking: false });
  },

  history: (state, { rows }) => step({ ...state, rows: [...pending(state), ...rows.map(rowOf)] }),

  everybody: (state, { rows }) => step({ ...state, everybody: rows }),

  "no-session": (state, { notice }) =>
    step({ ...state, phase: "signed-out", session: null, busy: false, notice }),

  invite: (state, { token }) => step({ ...state, phase: "invite", invite: { token, name: null } }),

  "invite-name": (state, { name }) =>
    step(state.invite === null ? state : { ...state, invite: { ...state.invite, name } }),

  busy: (state) => step({ ...state, busy: true, notice: null }),

  "form-failed": (state, { notice }) => step({ ...state, busy: false, notice }),

  ended(state, { notice }) {
    if (state.phase === "signed-out" || state.phase === "invite") return step(state);
    const held = state.work === null ? state.queue : [state.work, ...state.queue];
    return step(
      { ...state, phase: "ended", session: null, work: null, queue: [], notice },
      ...held.map(({ item }): Effect => ({ do: "forget", lease: item.lease })),
      { do: "hang-up" },
      { do: "say", text: notice, urgent: true },
    );
  },

  start(state, { now }) {
    if (state.phase !== "ready" && state.phase !== "paused") return step(state);
    if (state.session === null || state.session.paused !== null) return step(state);
    return andThen(
      step({ ...state, phase: "waiting", waitingSince: now, notice: null }, { do: "listen", taking: true }),
      refill,
    );
  },

  pause: (state, { why, now }) => (isTaking(state) ? pause(state, why, now) : step(state)),

  waiting(state, { count }) {
    const session = state.session === null ? null : { ...state.session, waiting: count };
    return count === 0 ? step({ ...state, session }) : lookAgain({ ...state, session });
  },

  "look-again": lookAgain,

  claimed(state, { ahead, item, now }) {
    const free: State = { ...state, claiming: null };
    if (item === null) {
      if (state.again) return refill(free);
      return step(free.phase === "submitting" ? { ...free, phase: "waiting", waitingSince: now } : free);
    }
    const work = newWork(item, now + item.deadlineMs);
    if (!isTaking(state)) {
      return step(free, { do: "give-back", lease: item.lease, how: { call: "release" } });
    }
    const wasWaiting = state.phase === "waiting";
    // Claimed for the empty card: the server's clock runs already. Fetched ahead: it starts when it is shown.
    const started: Work = ahead ? work : { ...work, shown: { at: now, endsAt: work.endsAt } };
    const loaded = step(
      { ...free, queue: [...state.queue, started] },
      ...(work.media.status === "loading" ? [{ do: "load", work } as const] : []),
      ...(ahead ? [] : alarms(item.lease, work.endsAt, now)),
      ...(wasWaiting && state.work === null ? [{ do: "chime" } as const] : []),
    );
    return andThen(loaded, state.work === null ? (arrived) => nextCard(arrived, now) : refill);
  },

  loaded: (state, { lease, urls }) =>
    step(changeWork(state, lease, (work) => ({ ...work, media: { status: "ready", urls } }))),

  "load-failed": (state, { lease }) =>
    step(changeWork(state, lease, (work) => ({ ...work, media: { status: "failed", urls: [] } }))),

  "retry-load"(state) {
    if (state.work?.media.status !== "failed") return step(state);
    const work: Work = { ...state.work, media: { status: "loading", urls: [] } };
    return step({ ...state, work }, { do: "load", work });
  },

  clock: (state, { lease, deadlineMs, now }) =>
    step(
      changeWork(state, lease, (work) => {
        const endsAt = now + deadlineMs;
        return { ...work, endsAt, shown: work.shown === null ? null : { ...work.shown, endsAt } };
      }),
    ),

  lost(state, { lease, reason, now }) {
    if (state.work?.item.lease === lease) return loseCard(state, reason, now);
    const held = state.queue.find(({ item }) => item.lease === lease);
    if (held === undefined) return step(state);
    const queue = state.queue.filter((work) => work !== held);
    return andThen(step({ ...state, queue }, { do: "forget", lease }), refill);
  },

  "time-up"(state, { lease, now }) {
    const work = [state.work, ...state.queue].find((one) => one?.item.lease === lease) ?? null;
    if (work === null) return step(state);
    // The server has told a later end since this alarm was set.
    if (work.endsAt > now + 20) {
      return step(state, {
        do: "alarm",
        inMs: work.endsAt - now,
        event: { type: "time-up", lease, now: work.endsAt },
      });
    }
    return HANDLERS.lost(state, { type: "lost", lease, reason: "Time was up, the task went back.", now });
  },

  "time-low": (state, { lease }) =>
    state.work?.item.lease === lease && state.phase === "working"
      ? step(state, { do: "say", text: "10 seconds left.", urgent: false })
      : step(state),

  "move-on": (state, { lease, now }) =>
    state.phase === "lease-lost" && state.work?.item.lease === lease
      ? andThen(step({ ...state, work: null, notice: null }, { do: "forget", lease }), (free) =>
          nextCard(free, now),
        )
      : step(state),

  edit(state, { draft }) {
    const { work } = state;
    if (work === null || state.phase !== "working") return step(state);
    const edited = { ...work, draft: { ...work.draft, ...draft }, message: null, insists: false };
    return step({ ...state, work: edited });
  },

  submit: (state, { now }) => submit(state, now),

  answered(state, { lease, outcome, historyId }) {
    const sending = state.sending.filter(({ work }) => work.item.lease !== lease);
    const late = outcome === "late";
    const latesInARow = late ? state.latesInARow + 1 : 0;
    const row: Partial<Row> = {
      key: historyId ?? lease,
      outcome,
      fixable: !late && historyId !== null,
    };
    const counted = changeRow({ ...countAnswer(state, !late), sending, latesInARow }, lease, row);
    const word = late && latesInARow % LATES_FOR_A_WORD === 0;
    const told = word
      ? toast(counted, "Several answers in a row came too late for their callers.")
      : step(counted);
    const arrived: Step = { state: told.state, effects: [{ do: "forget", lease }, ...told.effects] };
    if (state.fixNext !== lease) return arrived;
    return andThen(arrived, (free) => {
      const asked = { ...free, fixNext: null };
      return late || historyId === null
        ? toast(asked, NOTHING_TO_FIX)
        : step(asked, { do: "open-fix", id: historyId });
    });
  },

  refused(state, { lease, message, now }) {
    const sent = state.sending.find(({ work }) => work.item.lease === lease);
    if (sent === undefined) return step(state);
    const sending = state.sending.filter((one) => one !== sent);
    const queue = state.work === null ? state.queue : [state.work, ...state.queue];
    const back: Work = { ...sent.work, message, insists: false };
    const removed = {
      ...state,
      sending,
      queue,
      fixNext: null,
      rows: state.rows.filter(({ key }) => key !== lease),
    };
    if (!isTaking(state)) {
      return step(removed, { do: "give-back", lease, how: { call: "release" } });
    }
    return andThen(putOnCard(removed, back, now), (shown) =>
      step(shown, { do: "say", text: message, urgent: true }),
    );
  },

  skip: (state, { now }) => giveBack(state, { call: "skip" }, now),

  reasons: (state, { open }) =>
    step({ ...state, reasonsOpen: open && state.phase === "working" && state.work?.corrects === null }),

  unsolvable: (state, { reason, note, now }) => giveBack(state, { call: "unsolvable", reason, note }, now),

  escape(state, { now }) {
    const { work } = state;
    if (!isTaking(state)) return step(state);
    if (state.reasonsOpen) return step({ ...state, reasonsOpen: false });
    if (work !== null && state.phase === "working") {
      if (work.corrects !== null) return leaveCorrection(state, now);
      if (!isUntouched(work.item, work.draft)) {
        const cleared = { ...work, draft: emptyDraft(work.item), message: null, insists: false };
        return step({ ...state, work: cleared });
      }
    }
    return pause(state, "worker", now);
  },

  "fix-last"(state) {
    if (!isTaking(state) || state.phase === "lease-lost" || state.work?.corrects != null) return step(state);
    const isUnderWay = (key: string) => state.sending.some(({ work }) => work.item.lease === key);
    const last = state.rows.find(({ key, fixable }) => fixable || isUnderWay(key));
    if (last === undefined) return toast(state, NOTHING_TO_FIX);
    return last.fixable
      ? step(state, { do: "open-fix", id: last.key })
      : step({ ...state, fixNext: last.key });
  },

  "fix-opened"(state, { id, item, value, now }) {
    if (!isTaking(state) || state.phase === "lease-lost") return step(state);
    const named = { ...item, lease: `correct:${id}` };
    const work = { ...newWork(named, Infinity), corrects: id, draft: draftOf(item, value) };
    const queue = state.work === null ? state.queue : [state.work, ...state.queue];
    const shown = putOnCard({ ...state, queue }, work, now);
    return work.media.status === "loading"
      ? { ...shown, effects: [...shown.effects, { do: "load", work }] }
      : shown;
  },

  fixed: (state, { id, outcome }) =>
    outcome === "accepted"
      ? step(changeRow(state, id, { outcome: "fixed" }), { do: "say", text: "Corrected.", urgent: false })
      : toast(
          changeRow(state, id, { outcome: "accepted", fixable: false }),
          "Too late: the caller has the answer already.",
        ),

  toast: (state, { text }) => toast(state, text),
  "toast-over": (state, { text }) => step(state.toast === text ? { ...state, toast: null } : state),
  link: (state, { link }) => (link === "live" ? lookAgain({ ...state, link }) : step({ ...state, link })),

  offline(state, { offline }) {
    if (offline === state.offline) return step(state);
    const lost = state.work === null && state.sending.length === 0 ? "Trying again." : "Your answer is kept.";
    const text = offline ? `Connection lost. ${lost}` : "Connected again.";
    return step({ ...state, offline }, { do: "say", text, urgent: offline });
  },
};

/** Something may be waiting: claim, or, while a claim is under way, claim again after it. */
function lookAgain(state: State): Step {
  return state.claiming === null ? refill(state) : step({ ...state, again: true });
}

function loseCard(state: State, reason: string, now: number): Step {
  const { work } = state;
  if (work === null || state.phase === "lease-lost") return step(state);
  const { lease } = work.item;
  return step(
    { ...state, phase: "lease-lost", notice: reason, reasonsOpen: false },
    { do: "say", text: reason, urgent: true },
    { do: "alarm", inMs: LOST_MS, event: { type: "move-on", lease, now: now + LOST_MS } },
  );
}

function submit(state: State, now: number): Step {
  const { work } = state;
  if (work === null || state.phase !== "working" || work.media.status === "failed") return step(state);
  const verdict = check(work.item, work.draft);
  const message = verdict.problem ?? (work.insists ? null : verdict.warning);
  if (message !== null || verdict.problem !== null) {
    const insists = verdict.problem === null;
    const text = insists ? `${message ?? ""} Enter again sends it.` : (message ?? "");
    return step({ ...state, work: { ...work, message: text, insists } }, { do: "say", text, urgent: true });
  }
  const { answer } = verdict;
  if (work.corrects !== null) {
    const sent = changeRow(state, work.corrects, { summary: summary(answer), outcome: "sending" });
    const left = leaveCorrection(sent, now);
    return { ...left, effects: [{ do: "send-fix", id: work.corrects, answer }, ...left.effects] };
  }
  const { lease } = work.item;
  const shownMs = Math.round(now - (work.shown?.at ?? now));
  const row: Row = {
    key: lease,
    kind: work.item.kind,
    summary: summary(answer),
    tookMs: shownMs,
    outcome: "sending",
    fixable: false,
  };
  const sent = addRow({ ...state, work: null, sending: [...state.sending, { work, answer }] }, row);
  return andThen(step(sent, { do: "answer", lease, answer, shownMs }), (free) => nextCard(free, now));
}

/** Back to what was put aside for the correction, or to the empty card. */
function leaveCorrection(state: State, now: number): Step {
  const lease = state.work?.item.lease ?? "";
  return andThen(step({ ...state, work: null }, { do: "forget", lease }), (free) => nextCard(free, now));
}

function giveBack(state: State, how: Extract<Effect, { do: "give-back" }>["how"], now: number): Step {
  const { work } = state;
  if (work === null || state.phase !== "working" || work.corrects !== null) return step(state);
  const { lease } = work.item;
  const row: Row = {
    key: lease,
    kind: work.item.kind,
    summary: how.call === "unsolvable" ? how.reason : "",
    tookMs: Math.round(now - (work.shown?.at ?? now)),
    outcome: how.call === "unsolvable" ? "unsolvable" : "skipped",
    fixable: false,
  };
  return andThen(
    step(
      addRow({ ...state, work: null, reasonsOpen: false }, row),
      { do: "give-back", lease, how },
      { do: "forget", lease },
    ),
    (free) => nextCard(free, now),
  );
}

function countAnswer(state: State, counts: boolean): State {
  if (state.session === null || !counts) return state;
  const { today } = state.session;
  return { ...state, session: { ...state.session, today: { ...today, answered: today.answered + 1 } } };
}

function pending(state: State): Row[] {
  return state.rows.filter(({ outcome }) => outcome === "sending");
}

function rowOf({ id, kind, summary, tookMs, outcome, fixable }: HistoryRow): Row {
  return { key: id, kind, summary, tookMs, outcome, fixable };
}
