import { useLayoutEffect, useRef, useState, type FormEvent } from "react";
import type { UnsolvableReason } from "../../src/protocol/workspace.ts";
import controls from "../shared/controls.module.css";
import { focusHome } from "./focus.ts";
import styles from "./Reasons.module.css";
import { useShortcuts } from "./shortcuts.ts";

const REASONS: readonly (readonly [UnsolvableReason, string])[] = [
  ["unreadable", "Unreadable"],
  ["broken", "Broken picture"],
  ["wrong-kind", "Wrong kind of task"],
  ["other", "Other …"],
];

interface Props {
  readonly onPick: (reason: UnsolvableReason, note: string) => void;
  readonly onClose: () => void;
}

/** Why it cannot be solved: one key, or some words. */
export function Reasons({ onPick, onClose }: Props) {
  const [asks, setAsks] = useState(false);
  const note = useRef<HTMLInputElement>(null);
  useLayoutEffect(focusHome, [asks]);
  const pick = (reason: UnsolvableReason) => (reason === "other" ? setAsks(true) : onPick(reason, ""));
  useShortcuts({
    reason: ({ code }) => {
      const reason = REASONS[Number(code.slice(-1)) - 1];
      return reason === undefined ? false : pick(reason[0]);
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    onPick("other", note.current?.value.trim() ?? "");
  };
  return (
    <form className={styles.strip} aria-label="Why can't it be solved?" onSubmit={send}>
      {asks ? (
        <>
          <label className={styles.note}>
            <span className={controls.label}>What is wrong with it?</span>
            <input
              ref={note}
              data-home
              className={controls.field}
              type="text"
              maxLength={500}
              onKeyDown={(event) => {
                // Here Enter sends the note, not the answer.
                if (event.key === "Enter") event.stopPropagation();
              }}
            />
          </label>
          <button type="submit" className={controls.primary}>
            Send
          </button>
        </>
      ) : (
        REASONS.map(([reason, words], index) => (
          <button
            key={reason}
            data-home={index === 0}
            type="button"
            className={controls.button}
            onClick={() => pick(reason)}
            aria-keyshortcuts={String(index + 1)}
          >
            <kbd>{index + 1}</kbd> {words}
          </button>
        ))
      )}
      <button type="button" className={controls.quiet} onClick={onClose}>
        Back <kbd>Esc</kbd>
      </button>
    </form>
  );
}
