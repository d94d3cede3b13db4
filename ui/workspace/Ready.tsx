import { useLayoutEffect } from "react";
import controls from "../shared/controls.module.css";
import { KIND_NAMES } from "./answers/rules.ts";
import type { Desk } from "./desk.ts";
import { focusHome } from "./focus.ts";
import { EverybodysHistory } from "./History.tsx";
import { howMany } from "./how-many.ts";
import { ariaKeys } from "./keymap.ts";
import { setPreferences, usePreferences } from "./preferences.ts";
import styles from "./Ready.module.css";
import { IS_MAC, useShortcuts } from "./shortcuts.ts";
import type { State } from "./state.ts";
import { percent, seconds } from "./TopBar.tsx";

interface Props {
  readonly desk: Desk;
  readonly state: State;
  readonly onKeys: () => void;
}

/** Before the first task, and between: today's numbers, what I take, and Start. */
export function Ready({ desk, state, onKeys }: Props) {
  const { session } = state;
  const canStart = session !== null && session.paused === null && session.worker.role !== "auditor";
  const go = () => desk.dispatch({ type: "start", now: performance.now() });
  useShortcuts(canStart ? { start: go } : {});
  if (session === null) return null;
  const { worker, today, paused } = session;
  return (
    <main className={controls.screen}>
      <div className={`${controls.panel} ${styles.box}`}>
        <h1>{state.phase === "paused" ? "Paused" : `Hello ${worker.name}`}</h1>
        {state.notice !== null && <p className={styles.notice}>{state.notice}</p>}
        {paused !== null && (
          <p className={styles.warn} role="alert">
            {paused}
          </p>
        )}
        <dl className={styles.numbers}>
          <Number name="answered today" value={String(today.answered)} />
          <Number name="median time" value={today.medianMs === null ? "–" : seconds(today.medianMs)} />
          <Number name="right" value={today.accuracy === null ? "–" : percent(today.accuracy)} />
          <Number name="waiting" value={howMany(session.waiting)} />
        </dl>
        {worker.role === "auditor" ? (
          <p>You are here as an auditor: you can read, tasks go to others.</p>
        ) : (
          <>
            <Kinds desk={desk} state={state} />
            <Settings />
            <div className={styles.go}>
              {canStart && <Start onStart={go} />}
              <button type="button" className={controls.quiet} onClick={onKeys}>
                Show the keys
              </button>
            </div>
          </>
        )}
        {worker.role !== "worker" && <EverybodysHistory rows={state.everybody} />}
      </div>
    </main>
  );
}

/** Takes the focus: Enter is all that a worker needs to begin. */
function Start({ onStart }: { readonly onStart: () => void }) {
  useLayoutEffect(focusHome, []);
  return (
    <button
      data-home
      type="button"
      className={`${controls.primary} ${styles.start}`}
      onClick={onStart}
      aria-keyshortcuts={ariaKeys("start", IS_MAC)}
    >
      Start <kbd>Enter</kbd>
    </button>
  );
}

function Number({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Kinds({ desk, state }: Pick<Props, "desk" | "state">) {
  const { allowed = [], accepts = [] } = state.session?.worker ?? {};
  return (
    <fieldset className={styles.set}>
      <legend className={controls.label}>What I take</legend>
      {allowed.map((kind) => (
        <label key={kind} className={controls.check}>
          <input
            type="checkbox"
            checked={accepts.includes(kind)}
            onChange={({ target }) =>
              void desk.setKinds(
                target.checked ? [...accepts, kind] : accepts.filter((other) => other !== kind),
              )
            }
          />
          {KIND_NAMES[kind]}
        </label>
      ))}
    </fieldset>
  );
}

function Settings() {
  const { sound, singleKeys } = usePreferences();
  return (
    <fieldset className={styles.set}>
      <legend className={controls.label}>On this computer</legend>
      <label className={controls.check}>
        <input
          type="checkbox"
          checked={sound}
          onChange={({ target }) => setPreferences({ sound: target.checked })}
        />
        A soft sound when a task arrives
      </label>
      <label className={controls.check}>
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={({ target }) => setPreferences({ singleKeys: target.checked })}
        />
        Single keys such as Q or 1
      </label>
    </fieldset>
  );
}
