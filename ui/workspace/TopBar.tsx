import controls from "../shared/controls.module.css";
import { Icon } from "../shared/Icon.tsx";
import { howMany } from "./how-many.ts";
import { usePaceHint } from "./pace.ts";
import type { Desk } from "./desk.ts";
import { showKeys, ariaKeys } from "./keymap.ts";
import { isTaking } from "./moves.ts";
import { IS_MAC } from "./shortcuts.ts";
import type { State } from "./state.ts";
import styles from "./TopBar.module.css";

interface Props {
  readonly desk: Desk;
  readonly state: State;
  readonly onKeys: () => void;
}

/** State in words, numbers of today, the way to the keys and to a pause. */
export function TopBar({ desk, state, onKeys }: Props) {
  const { session, link, offline, phase } = state;
  const rest = usePaceHint(isTaking(state));
  if (session === null) return null;
  const { today, worker, waiting } = session;
  const broken = offline || link === "reconnecting";
  return (
    <header className={styles.bar}>
      <p className={styles.state} data-tone={broken ? "warn" : isTaking(state) ? "ok" : "muted"}>
        <span className={styles.dot} aria-hidden="true" />
        <strong>{broken ? "Reconnecting" : WORDS[phase]}</strong>
        <span className={styles.muted}>{howMany(waiting)} waiting</span>
      </p>
      <p className={styles.today}>
        <span>Today {today.answered}</span>
        {today.medianMs !== null && <span>{seconds(today.medianMs)} median</span>}
        {today.accuracy !== null && <span>{percent(today.accuracy)} right</span>}
      </p>
      {rest !== null && <p className={styles.rest}>{rest}</p>}
      <div className={styles.actions}>
        <button
          type="button"
          className={controls.quiet}
          onClick={onKeys}
          aria-keyshortcuts={ariaKeys("sheet", IS_MAC)}
          title={`Keys (${showKeys("sheet", IS_MAC)})`}
        >
          <Icon name="keys" />
          <span className={styles.wide}>Keys</span>
        </button>
        {isTaking(state) && (
          <button
            type="button"
            className={controls.quiet}
            onClick={() => desk.dispatch({ type: "pause", why: "worker", now: performance.now() })}
            title={`Pause (${showKeys("escape", IS_MAC)} on an empty answer)`}
          >
            <Icon name="pause" />
            <span className={styles.wide}>Pause</span>
          </button>
        )}
        {!isTaking(state) && (
          <button type="button" className={controls.quiet} onClick={() => void desk.signOut()}>
            Sign out {worker.name}
          </button>
        )}
      </div>
    </header>
  );
}

const WORDS: Readonly<Record<State["phase"], string>> = {
  starting: "Starting",
  "signed-out": "Signed out",
  invite: "Invited",
  ready: "Ready",
  paused: "Paused",
  waiting: "Waiting",
  working: "Working",
  submitting: "Working",
  "lease-lost": "Working",
  ended: "Ended",
};

/** `2.4 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
}

/** `99.1 %` */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
