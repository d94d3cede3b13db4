import { useEffect, useLayoutEffect, useRef } from "react";
import type { UnsolvableReason } from "../../src/protocol/workspace.ts";
import controls from "../shared/controls.module.css";
import { Icon } from "../shared/Icon.tsx";
import { AnswerBox } from "./answers/AnswerBox.tsx";
import styles from "./Bench.module.css";
import type { Desk } from "./desk.ts";
import { focusHome } from "./focus.ts";
import { History } from "./History.tsx";
import { ariaKeys, showKeys, type ShortcutId } from "./keymap.ts";
import { Reasons } from "./Reasons.tsx";
import { IS_MAC, isTextField, ShortcutsAct, useShortcuts } from "./shortcuts.ts";
import type { State, Work } from "./state.ts";
import { TimeLeft } from "./TimeLeft.tsx";

interface Props {
  readonly desk: Desk;
  readonly state: State;
}

/** One card, one decision; beside it the last ones. The frame stays the same while waiting, so that nothing jumps. */
export function Bench({ desk, state }: Props) {
  const { work, phase } = state;
  const now = () => performance.now();
  const submit = () => desk.dispatch({ type: "submit", now: now() });
  const skip = () => desk.dispatch({ type: "skip", now: now() });
  const reasons = (open: boolean) => desk.dispatch({ type: "reasons", open });
  useShortcuts({
    submit,
    skip,
    reasons: () => reasons(true),
    escape: () => desk.dispatch({ type: "escape", now: now() }),
    // A text field undoes its own typing first.
    fix: ({ target }) =>
      isTextField(target) && target.value !== "" ? false : desk.dispatch({ type: "fix-last" }),
  });
  useLayoutEffect(focusHome, [state.reasonsOpen]);
  return (
    <main className={styles.bench}>
      <section className={styles.card} aria-label="Task" data-phase={phase}>
        {work === null ? (
          <Empty key={phase} desk={desk} state={state} />
        ) : (
          <ShortcutsAct value={phase === "working" && !state.reasonsOpen}>
            <Card
              key={work.item.lease}
              desk={desk}
              work={work}
              lost={phase === "lease-lost"}
              notice={state.notice}
            />
          </ShortcutsAct>
        )}
        {work !== null && state.reasonsOpen && (
          <Reasons
            onPick={(reason: UnsolvableReason, note: string) =>
              desk.dispatch({ type: "unsolvable", reason, note, now: now() })
            }
            onClose={() => reasons(false)}
          />
        )}
        {work !== null && !state.reasonsOpen && (
          <footer className={styles.foot} inert={phase === "lease-lost"}>
            {/* A widget's token is sent by itself. */}
            {work.item.kind !== "widget" && (
              <Deed
                id="submit"
                primary
                onClick={submit}
                words={work.corrects === null ? "Submit" : "Correct"}
              />
            )}
            {work.corrects === null && (
              <>
                <Deed id="skip" onClick={skip} words="Skip" />
                <Deed id="reasons" onClick={() => reasons(true)} words="Can't solve" />
              </>
            )}
            <Deed
              id="escape"
              onClick={() => desk.dispatch({ type: "escape", now: now() })}
              words={work.corrects === null ? "Clear, pause" : "Leave as it was"}
            />
          </footer>
        )}
        {state.offline && (
          <p className={styles.offline}>
            <Icon name="warn" /> Connection lost, keeping your answer. Trying again …
          </p>
        )}
      </section>
      <History desk={desk} rows={state.rows} canFix={work?.corrects == null} />
    </main>
  );
}

interface DeedProps {
  readonly id: ShortcutId;
  readonly words: string;
  readonly primary?: boolean;
  readonly onClick: () => void;
}

function Deed({ id, words, primary = false, onClick }: DeedProps) {
  return (
    <button
      type="button"
      className={primary ? controls.primary : controls.quiet}
      onClick={onClick}
      aria-keyshortcuts={ariaKeys(id, IS_MAC)}
      title={`${words} (${showKeys(id, IS_MAC)})`}
    >
      {words} <kbd>{showKeys(id, IS_MAC)}</kbd>
    </button>
  );
}

interface CardProps {
  readonly desk: Desk;
  readonly work: Work;
  readonly lost: boolean;
  readonly notice: string | null;
}

function Card({ desk, work, lost, notice }: CardProps) {
  const { item, message } = work;
  return (
    <>
      <h1 className={controls.hidden}>{item.title}</h1>
      <div className={styles.work} inert={lost}>
        {item.ask.instruction !== null && <p className={styles.instruction}>{item.ask.instruction}</p>}
        <AnswerBox desk={desk} work={work} />
        <p id="answer-message" className={styles.message} data-kind={work.insists ? "warn" : "bad"}>
          {message}
        </p>
        {work.corrects === null && work.shown !== null && <TimeLeft shown={work.shown} />}
      </div>
      {lost && (
        <p className={styles.lost}>
          <Icon name="clock" /> {notice}
        </p>
      )}
    </>
  );
}

/** The card without an item. It takes the focus, so that a screen reader is where the next one appears. */
function Empty({ desk, state }: Props) {
  const since = useRef<HTMLSpanElement>(null);
  useLayoutEffect(focusHome, []);
  useEffect(() => {
    const show = () => {
      const elapsed = Math.floor((performance.now() - state.waitingSince) / 1000);
      if (since.current !== null) since.current.textContent = `${elapsed} s`;
    };
    show();
    const timer = setInterval(show, 1_000);
    return () => clearInterval(timer);
  }, [state.waitingSince]);
  const waits = state.phase === "waiting";
  return (
    <div className={styles.empty} data-home tabIndex={-1}>
      {waits ? (
        <>
          <h1>Nothing waiting</h1>
          <p>
            Since <span ref={since} />. The next task appears here by itself.
          </p>
          <button
            type="button"
            className={controls.quiet}
            onClick={() => desk.dispatch({ type: "pause", why: "worker", now: performance.now() })}
          >
            Pause <kbd>{showKeys("escape", IS_MAC)}</kbd>
          </button>
        </>
      ) : (
        <h1 className={styles.muted}>{state.sending.length > 0 ? "Sending …" : "Looking for a task …"}</h1>
      )}
    </div>
  );
}
