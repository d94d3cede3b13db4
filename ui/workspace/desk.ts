import type {
  Answer,
  AnswerAnswer,
  ClaimAnswer,
  EndedReason,
  FixAnswer,
  HeartbeatAnswer,
  HistoryAnswer,
  HistoryItemAnswer,
  InviteAnswer,
  Item,
  Kind,
  LostReason,
  Session,
  ShowAnswer,
} from "../../src/protocol/workspace.ts";
import { call, Refusal, release, setCsrf, Unreachable } from "./api.ts";
import { chime } from "./chime.ts";
import { Files } from "./files.ts";
import { next } from "./machine.ts";
import { isTaking } from "./moves.ts";
import { INITIAL, type Effect, type Event, type State } from "./state.ts";
import { Stream } from "./stream.ts";
import { ENDED, LOST, sentence, SIGNED_OUT } from "./words.ts";

const HIDDEN_MS = 20_000;
/** Events are hints, and of everybody's answers there are none: this often is looked while the card is empty. */
const LOOK_MS = 20_000;
const TICK_MS = 2_500;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

/** What is said to live regions; `id` tells two equal sentences apart. */
export interface Said {
  readonly id: number;
  readonly text: string;
}

/** Carries out what the machine wants done, and tells it what came of it. */
export class Desk {
  #state: State = INITIAL;
  #said: { readonly polite: Said; readonly assertive: Said } = {
    polite: { id: 0, text: "" },
    assertive: { id: 0, text: "" },
  };
  readonly #listeners = new Set<() => void>();
  readonly #files = new Files();
  readonly #beats = new Map<string, number>();
  #hidden: ReturnType<typeof setTimeout> | undefined;
  readonly #stream = new Stream({
    onOpen: () => void this.#sync(),
    onBreak: (refused) => {
      this.dispatch({ type: "link", link: "reconnecting" });
      if (refused) void this.#refresh();
    },
    on: (name, data) => this.#heard(name, data),
  });
  /**
   * Calls that change something go one after another: the server sees an answer before the claim that follows it, and
   * while the connection is down nothing overtakes the answer that is kept.
   */
  #line: Promise<unknown> = Promise.resolve();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): State => this.#state;
  readonly said = () => this.#said;

  dispatch(event: Event): void {
    const { state, effects } = next(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    for (const listener of this.#listeners) listener();
  }

  /** Finds out who is here, and begins. Called once. */
  begin(): void {
    const token = new URLSearchParams(location.hash.slice(1)).get("invite");
    if (token === null) void this.#findSession();
    else {
      // The token is good once; it does not belong into the browser's history.
      history.replaceState(null, "", location.pathname);
      this.dispatch({ type: "invite", token });
      void this.#readInvite(token);
    }
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("pagehide", () => this.#leave());
    setInterval(() => this.#beat(), TICK_MS);
    setInterval(() => this.#look(), LOOK_MS);
  }

  async signIn(path: "sign-in" | "accept-invite", body: Readonly<Record<string, string>>): Promise<void> {
    this.dispatch({ type: "busy" });
    try {
      this.#enter(await call<Session>("POST", path, body));
    } catch (error) {
      this.dispatch({ type: "form-failed", notice: sentence(error) });
    }
  }

  async signOut(): Promise<void> {
    // Or it would tell of this session's end as of something that happened elsewhere.
    this.#stream.close();
    try {
      await call("POST", "sign-out");
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 401)) {
        this.#stream.open(false);
        return this.dispatch({ type: "toast", text: `Signing out failed. ${sentence(error)}` });
      }
    }
    this.dispatch({ type: "no-session", notice: "You are signed out." });
  }

  async setKinds(kinds: readonly Kind[]): Promise<void> {
    try {
      this.dispatch({ type: "session", session: await call<Session>("PUT", "preferences", { kinds }) });
    } catch (error) {
      this.dispatch({ type: "toast", text: sentence(error) });
    }
  }

  async #readInvite(token: string): Promise<void> {
    try {
      const { name } = await this.#persist(() => call<InviteAnswer>("POST", "invite", { token }));
      this.dispatch({ type: "invite-name", name });
    } catch (error) {
      this.dispatch({ type: "no-session", notice: sentence(error) });
    }
  }

  async #findSession(): Promise<void> {
    try {
      this.#enter(await this.#persist(() => call<Session>("GET", "session")));
    } catch {
      this.dispatch({ type: "no-session", notice: null });
    }
  }

  #enter(session: Session): void {
    setCsrf(session.csrf);
    this.dispatch({ type: "session", session });
    void call<HistoryAnswer>("GET", "history").then(
      ({ rows }) => this.dispatch({ type: "history", rows }),
      () => null,
    );
  }

  /** The stream is open (again): events may have been missed. */
  async #sync(): Promise<void> {
    this.dispatch({ type: "link", link: "live" });
    if (await this.#refresh()) this.#look();
  }

  /** Asks for the session as it is now, and ends here if it is over. @returns whether there is one */
  async #refresh(): Promise<boolean> {
    try {
      const session = await call<Session>("GET", "session");
      setCsrf(session.csrf);
      this.dispatch({ type: "session", session });
      this.dispatch({ type: "offline", offline: false });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.#end(SIGNED_OUT);
      return false;
    }
  }

  #look(): void {
    const { phase, session } = this.#state;
    if (phase === "waiting") this.dispatch({ type: "look-again" });
    const reads = session !== null && session.worker.role !== "worker" && !isTaking(this.#state);
    if (!reads || document.visibilityState === "hidden") return;
    void call<HistoryAnswer>("GET", "history?all=1").then(
      ({ rows }) => this.dispatch({ type: "everybody", rows }),
      () => null,
    );
  }

  #heard(name: string, data: unknown): void {
    const now = performance.now();
    if (name === "hello" || name === "waiting") {
      this.dispatch({ type: "waiting", count: (data as { waiting: number }).waiting });
    } else if (name === "lost") {
      const { lease, reason } = data as { lease: string; reason: LostReason };
      this.dispatch({ type: "lost", lease, reason: LOST[reason], now });
    } else if (name === "state") {
      this.dispatch({ type: "session", session: data as Session });
    } else if (name === "ended") {
      this.#end(ENDED[(data as { reason: EndedReason }).reason]);
    }
  }

  #end(notice: string): void {
    this.dispatch({ type: "ended", notice });
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "claim":
        return this.#inLine(() => this.#claim(effect.ahead));
      case "load":
        return void this.#load(effect.work.item, effect.work.corrects);
      case "forget":
        this.#beats.delete(effect.lease);
        return this.#files.forget(effect.lease);
      case "show":
        return this.#inLine(() => this.#show(effect.lease));
      case "answer":
        return this.#answerInLine(effect);
      case "give-back": {
        const { call: name, ...body } = effect.how;
        const give = () => call("POST", `items/${effect.lease}/${name}`, body);
        // A release that is lost costs nothing: without signs of life the item goes back by itself.
        const send = name === "release" ? () => this.#try(give) : () => this.#persist(give);
        return this.#inLine(() => this.#unlessLost("", send));
      }
      case "alarm":
        return void setTimeout(() => this.dispatch(effect.event), Math.max(0, effect.inMs));
      case "say": {
        const said = { id: ++spoken, text: effect.text };
        this.#said = effect.urgent ? { ...this.#said, assertive: said } : { ...this.#said, polite: said };
        return;
      }
      case "chime":
        return chime();
      case "open-fix":
        return this.#inLine(() => this.#openFix(effect.id));
      case "send-fix":
        return this.#inLine(() => this.#sendFix(effect.id, effect.answer));
      case "listen":
        return this.#stream.open(effect.taking);
      case "hang-up":
        this.#stream.close();
        return this.dispatch({ type: "link", link: "closed" });
    }
  }

  #inLine(work: () => Promise<unknown>): void {
    this.#line = this.#line.then(work).catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 401) this.#end(SIGNED_OUT);
      else this.dispatch({ type: "toast", text: sentence(error) });
    });
  }

  async #claim(ahead: boolean): Promise<void> {
    let item: Item | null = null;
    try {
      ({ item } = await this.#persist(() => call<ClaimAnswer>("POST", "claim", { ahead })));
    } finally {
      this.dispatch({ type: "claimed", ahead, item, now: performance.now() });
    }
  }

  async #load({ lease, files }: Item, corrects: string | null): Promise<void> {
    const folder = corrects === null ? `items/${lease}` : `history/${corrects}`;
    try {
      this.dispatch({ type: "loaded", lease, urls: await this.#files.load(lease, folder, files) });
    } catch {
      this.dispatch({ type: "load-failed", lease });
    }
  }

  async #show(lease: string): Promise<void> {
    await this.#unlessLost(lease, async () => {
      const { deadlineMs } = await this.#persist(() => call<ShowAnswer>("POST", `items/${lease}/show`));
      this.dispatch({ type: "clock", lease, deadlineMs, now: performance.now() });
    });
  }

  #answerInLine({ lease, answer, shownMs }: Extract<Effect, { do: "answer" }>): void {
    const since = performance.now();
    // However long it has to wait for its turn and for a connection: a token gets no younger by that.
    const body = () => {
      const aged = "token" in answer && { ageMs: Math.round(performance.now() - since) };
      return { value: { ...answer, ...aged }, shownMs };
    };
    this.#inLine(() => this.#answer(lease, body));
  }

  async #answer(lease: string, body: () => object): Promise<void> {
    try {
      const { outcome, historyId } = await this.#persist(() =>
        call<AnswerAnswer>("POST", `items/${lease}/answer`, body()),
      );
      this.dispatch({ type: "answered", lease, outcome, historyId });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "INVALID_ANSWER") {
        this.dispatch({ type: "refused", lease, message: error.message, now: performance.now() });
        return;
      }
      this.dispatch({ type: "answered", lease, outcome: "late", historyId: null });
      if (error.status === 401) throw error;
    }
  }

  async #openFix(id: string): Promise<void> {
    try {
      const { item, value } = await call<HistoryItemAnswer>("GET", `history/${id}`);
      this.dispatch({ type: "fix-opened", id, item, value, now: performance.now() });
    } catch (error) {
      if (error instanceof Refusal && error.status !== 401) {
        this.dispatch({ type: "fixed", id, outcome: "too-late" });
      } else throw error;
    }
  }

  async #sendFix(id: string, value: Answer): Promise<void> {
    let outcome: FixAnswer["outcome"] = "too-late";
    try {
      ({ outcome } = await this.#persist(() => call<FixAnswer>("POST", `history/${id}/fix`, { value })));
    } finally {
      this.dispatch({ type: "fixed", id, outcome });
    }
  }

  /** Signs of life, for items whose clock runs, while the page is in view. */
  #beat(): void {
    if (document.visibilityState === "hidden") return;
    const now = performance.now();
    for (const work of [this.#state.work, ...this.#state.queue]) {
      if (work === null || work.shown === null || work.corrects !== null) continue;
      const { lease, leaseMs } = work.item;
      if (now - (this.#beats.get(lease) ?? work.shown.at) < leaseMs / 3) continue;
      this.#beats.set(lease, now);
      void this.#unlessLost(lease, () =>
        this.#try(() => call<HeartbeatAnswer>("POST", `items/${lease}/heartbeat`)),
      );
    }
  }

  async #unlessLost(lease: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 410) {
        this.dispatch({ type: "lost", lease, reason: LOST.expired, now: performance.now() });
      } else if (error.status === 401) this.#end(SIGNED_OUT);
    }
  }

  /** One try that may fail unseen, but shows whether there is a connection. */
  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.dispatch({ type: "offline", offline: false });
    } catch (error) {
      if (error instanceof Unreachable) this.dispatch({ type: "offline", offline: true });
      else throw error;
    }
  }

  /** Tries until an answer comes, longer and longer apart, or as soon as the browser finds the network again. */
  async #persist<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        const result = await work();
        this.dispatch({ type: "offline", offline: false });
        return result;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.dispatch({ type: "offline", offline: true });
      }
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
        addEventListener("online", resolve, { once: true });
      });
    }
  }

  #seen(): void {
    clearTimeout(this.#hidden);
    if (document.visibilityState === "hidden") {
      const pause = () => this.dispatch({ type: "pause", why: "hidden", now: performance.now() });
      this.#hidden = setTimeout(pause, HIDDEN_MS);
    } else this.#beat();
  }

  #leave(): void {
    for (const work of [this.#state.work, ...this.#state.queue]) {
      if (work !== null && work.corrects === null) release(work.item.lease);
    }
  }
}

let spoken = 0;
