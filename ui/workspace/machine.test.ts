import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { itemOf, SESSION, text } from "../../test/support/workspace-items.ts";
import { next } from "./machine.ts";
import { LOST_MS } from "./moves.ts";
import { INITIAL, type Effect, type Event, type State } from "./state.ts";

/** Plays events into the machine and keeps what it wanted done. */
class Play {
  state: State = INITIAL;
  effects: readonly Effect[] = [];

  on(...events: readonly Event[]): this {
    for (const event of events) {
      const step = next(this.state, event);
      this.state = step.state;
      this.effects = step.effects;
    }
    return this;
  }

  /** What the last event wanted done, without words and timers. */
  get done(): string[] {
    return this.effects
      .filter((effect) => effect.do !== "say" && effect.do !== "alarm")
      .map((effect) => {
        const lease = effect.do === "load" ? effect.work.item.lease : "lease" in effect ? effect.lease : "";
        return `${effect.do} ${lease}`.trim();
      });
  }

  get said(): string {
    return this.effects.flatMap((effect) => (effect.do === "say" ? [effect.text] : [])).join(" ");
  }
}

const claimed = (lease: string | null, ahead = false, now = 0): Event => ({
  type: "claimed",
  ahead,
  item: lease === null ? null : text(lease),
  now,
});
const type = (words: string): Event => ({ type: "edit", draft: { text: words } });
const submit = (now: number): Event => ({ type: "submit", now });
const session = (paused: string | null = null): Event => ({
  type: "session",
  session: { ...SESSION, paused },
});

const ready = () => new Play().on(session());
const waiting = () => ready().on({ type: "start", now: 0 }, claimed(null));
const working = () => ready().on({ type: "start", now: 0 }, claimed("a"), claimed("b", true, 10));

describe("coming and going", () => {
  it("asks a stranger to sign in, and a worker to start", () => {
    assert.equal(new Play().on({ type: "no-session", notice: null }).state.phase, "signed-out");
    assert.equal(new Play().on({ type: "invite", token: "t" }).state.phase, "invite");
    const play = ready();
    assert.equal(play.state.phase, "ready");
    assert.deepEqual(play.done, ["listen"]);
  });

  it("claims when started, waits when there is nothing, and claims again when something arrives", () => {
    const play = ready().on({ type: "start", now: 0 });
    assert.deepEqual(play.done, ["listen", "claim"]);
    assert.equal(play.on(claimed(null)).state.phase, "waiting");
    assert.deepEqual(play.on({ type: "waiting", count: 1 }).done, ["claim"]);
    // Told twice while one claim is under way: not a second claim, but one more when it comes back empty.
    assert.deepEqual(play.on({ type: "waiting", count: 1 }).done, []);
    assert.deepEqual(play.on(claimed(null)).done, ["claim"]);
    assert.deepEqual(play.on(claimed("a")).done, ["load a", "chime", "claim"]);
  });

  it("does not start while the server pauses the worker, and pauses when the card is empty", () => {
    const blocked = new Play().on(session("too many wrong"), { type: "start", now: 0 });
    assert.equal(blocked.state.phase, "ready");
    assert.equal(waiting().on(session("too many wrong")).state.phase, "paused");
    const busy = working().on(session("too many wrong"));
    assert.equal(busy.state.phase, "working");
    busy.on({ type: "skip", now: 5 }, { type: "skip", now: 6 });
    assert.equal(busy.state.phase, "paused");
  });

  it("gives back everything on a pause, also when the tab was hidden", () => {
    const play = working().on({ type: "pause", why: "hidden", now: 5 });
    assert.deepEqual(play.done, ["give-back a", "forget a", "give-back b", "forget b", "listen"]);
    assert.match(play.state.notice ?? "", /not in view/);
    // A claim that was under way meanwhile goes back, too.
    assert.deepEqual(play.on(claimed("c")).done, ["give-back c"]);
  });

  it("ends wherever it is", () => {
    const play = working().on({ type: "ended", notice: "over" });
    assert.equal(play.state.phase, "ended");
    assert.equal(play.state.work, null);
    assert.deepEqual(play.done, ["forget a", "forget b", "hang-up"]);
  });
});

describe("one task after another", () => {
  it("fetches one ahead, no more, and shows it in the same step in which the answer goes", () => {
    const play = working();
    assert.equal(play.state.work?.item.lease, "a");
    assert.deepEqual(play.done, ["load b"]);
    play.on(type("abcde"), submit(2_000));
    assert.equal(play.state.phase, "working");
    assert.equal(play.state.work?.item.lease, "b");
    assert.deepEqual(play.done, ["answer a", "show b", "claim"]);
    assert.equal(play.state.rows[0]?.outcome, "sending");
    play.on({ type: "answered", lease: "a", outcome: "accepted", historyId: "7" });
    assert.deepEqual(play.state.rows[0], {
      key: "7",
      kind: "text",
      summary: "abcde",
      tookMs: 2_000,
      outcome: "accepted",
      fixable: true,
    });
    assert.equal(play.state.session?.today.answered, 4);
  });

  it("says that it sends when nothing is ahead, then waits", () => {
    const play = ready().on(
      { type: "start", now: 0 },
      claimed("a"),
      claimed(null, true),
      type("abcde"),
      submit(1),
    );
    assert.equal(play.state.phase, "submitting");
    assert.deepEqual(play.done, ["answer a", "claim"]);
    assert.equal(play.on(claimed(null)).state.phase, "waiting");
  });

  it("asks for a second Enter when the answer does not fit the hints, and for an answer when there is none", () => {
    const play = working().on(submit(1));
    assert.equal(play.state.work?.message, "Type what the picture says.");
    play.on(type("abc"), submit(2));
    assert.match(play.said, /3 typed, 5 asked for. Enter again sends it/);
    // Typing on takes the warning back.
    play.on(type("ab"), submit(3));
    assert.deepEqual(play.done, []);
    assert.deepEqual(play.on(submit(4)).done.slice(0, 1), ["answer a"]);
  });

  it("brings back what the server refuses, with the text and the reason, before all else", () => {
    const play = working().on(type("abcde"), submit(1));
    play.on({ type: "refused", lease: "a", message: "No.", now: 2 });
    assert.equal(play.state.work?.item.lease, "a");
    assert.equal(play.state.work?.draft.text, "abcde");
    assert.equal(play.state.work?.message, "No.");
    assert.deepEqual(
      play.state.queue.map(({ item }) => item.lease),
      ["b"],
    );
  });

  it("tells once when several answers in a row came too late", () => {
    const play = ready().on({ type: "start", now: 0 }, claimed("a"));
    for (const [lease, after] of [
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
    ] as const) {
      play.on(claimed(after, true), type("abcde"), submit(1));
      assert.equal(play.state.toast, null);
      play.on({ type: "answered", lease, outcome: "late", historyId: null });
    }
    assert.match(play.state.toast ?? "", /too late/);
    assert.equal(play.state.rows[0]?.outcome, "late");
    assert.equal(play.state.session?.today.answered, 3);
  });
});

describe("what gets lost", () => {
  it("greys the card, says why, and goes on by itself", () => {
    const play = working().on({ type: "lost", lease: "a", reason: "Gone.", now: 5 });
    assert.equal(play.state.phase, "lease-lost");
    assert.equal(play.said, "Gone.");
    assert.deepEqual(play.on(type("x"), submit(6)).done, []);
    play.on({ type: "move-on", lease: "a", now: 5 + LOST_MS });
    assert.equal(play.state.work?.item.lease, "b");
    assert.equal(play.state.phase, "working");
  });

  it("drops what was fetched ahead without a word, and fetches another", () => {
    const play = working().on({ type: "lost", lease: "b", reason: "Gone.", now: 5 });
    assert.equal(play.state.phase, "working");
    assert.deepEqual(play.done, ["forget b", "claim"]);
  });

  it("ends at the time that the server told last", () => {
    const play = working().on({ type: "clock", lease: "a", deadlineMs: 90_000, now: 0 });
    assert.equal(play.on({ type: "time-up", lease: "a", now: 60_000 }).state.phase, "working");
    assert.equal(play.on({ type: "time-up", lease: "a", now: 90_000 }).state.phase, "lease-lost");
  });

  it("keeps the text while the connection is down, and sends nothing that has no picture", () => {
    const play = working().on(type("abc"), { type: "offline", offline: true });
    assert.equal(play.state.work?.draft.text, "abc");
    assert.equal(play.said, "Connection lost. Your answer is kept.");
    assert.equal(new Play().on({ type: "offline", offline: true }).said, "Connection lost. Trying again.");
    play.on({ type: "load-failed", lease: "a" }, submit(1));
    assert.deepEqual(play.done, []);
    assert.deepEqual(play.on({ type: "retry-load" }).done, ["load a"]);
  });
});

describe("second thoughts", () => {
  const answered = () =>
    working().on(type("abcde"), submit(1), {
      type: "answered",
      lease: "a",
      outcome: "accepted",
      historyId: "7",
    });
  const opened: Event = { type: "fix-opened", id: "7", item: text(""), value: { text: "abcde" }, now: 9 };

  it("reopens the last answer and puts the current task aside", () => {
    const play = answered().on(type("xy"), { type: "fix-last" });
    assert.deepEqual(play.done, ["open-fix"]);
    play.on(opened);
    assert.equal(play.state.work?.draft.text, "abcde");
    play.on(type("abcdX"), submit(10));
    assert.deepEqual(play.done.slice(0, 2), ["send-fix", "forget correct:7"]);
    assert.equal(play.state.work?.item.lease, "b");
    assert.equal(play.state.work?.draft.text, "xy");
    play.on({ type: "fixed", id: "7", outcome: "accepted" });
    assert.deepEqual([play.state.rows[0]?.outcome, play.state.rows[0]?.summary], ["fixed", "abcdX"]);
  });

  it("says so when there is nothing to correct, or it is too late", () => {
    assert.match(working().on({ type: "fix-last" }).state.toast ?? "", /no answer left/);
    const sending = () => answered().on(type("abcde"), submit(20), { type: "fix-last" });
    assert.deepEqual(sending().done, [], "it waits for the answer that is still under way");
    const arrived = (outcome: "accepted" | "late"): Event => ({
      type: "answered",
      lease: "b",
      outcome,
      historyId: outcome === "late" ? null : "8",
    });
    assert.deepEqual(sending().on(arrived("accepted")).done, ["forget b", "open-fix"]);
    assert.match(sending().on(arrived("late")).state.toast ?? "", /no answer left/);
    const play = answered().on({ type: "fix-last" }, { type: "fixed", id: "7", outcome: "too-late" });
    assert.match(play.state.toast ?? "", /has the answer already/);
    assert.equal(play.state.rows[0]?.fixable, false);
  });

  it("takes Esc step by step: reasons, correction, text, pause", () => {
    const escape: Event = { type: "escape", now: 3 };
    const play = working().on(type("ab"), { type: "reasons", open: true }, escape);
    assert.equal(play.state.reasonsOpen, false);
    assert.equal(play.on(escape).state.work?.draft.text, "");
    assert.equal(play.on(escape).state.phase, "paused");
  });

  it("gives back and reports with a reason, and goes on", () => {
    const play = working().on({ type: "reasons", open: true });
    play.on({ type: "unsolvable", reason: "broken", note: "", now: 4 });
    assert.deepEqual(play.done, ["give-back a", "forget a", "show b", "claim"]);
    assert.deepEqual([play.state.rows[0]?.outcome, play.state.rows[0]?.summary], ["unsolvable", "broken"]);
    assert.equal(play.on({ type: "skip", now: 5 }).state.phase, "submitting");
  });
});

it("needs no files for a widget, and sends its token without asking", () => {
  const play = ready().on(
    { type: "start", now: 0 },
    { type: "claimed", ahead: false, item: itemOf("widget"), now: 0 },
  );
  assert.equal(play.state.work?.media.status, "ready");
  play.on({ type: "edit", draft: { widget: { token: "t", extra: undefined } } }, submit(1));
  assert.deepEqual(play.effects[0], {
    do: "answer",
    lease: "lease-widget",
    answer: { token: "t" },
    shownMs: 1,
  });
});
