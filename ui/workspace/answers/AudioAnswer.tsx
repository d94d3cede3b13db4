import { useEffect, useRef } from "react";
import { showKeys } from "../keymap.ts";
import { IS_MAC, useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import styles from "./AudioAnswer.module.css";
import { TextField } from "./TextField.tsx";

/** A sound, and what it says. It plays at once where the browser allows it. */
export function AudioAnswer({ item, work, draft, onChange }: AnswerProps<"audio">) {
  const { ask } = item;
  const player = useRef<HTMLAudioElement>(null);
  const url = work.media.urls[0];
  const play = () => void player.current?.play().catch(() => null);
  useEffect(() => {
    if (url !== undefined) void player.current?.play().catch(() => null);
  }, [url]);
  useShortcuts({
    audioAgain: () => {
      if (player.current !== null) player.current.currentTime = 0;
      play();
    },
    audioPause: () => (player.current?.paused === false ? player.current.pause() : play()),
  });
  return (
    <>
      {/* A transcript is what is asked for here; there is none yet. */}
      <audio ref={player} className={styles.player} src={url} controls aria-label="The sound" />
      <p id="hints" className={styles.hints}>
        <kbd>{showKeys("audioAgain", IS_MAC)}</kbd> from the start ·{" "}
        <kbd>{showKeys("audioPause", IS_MAC)}</kbd> stop or go on
        {ask.numeric === "digits" ? " · digits only" : ""}
      </p>
      <div className={styles.field}>
        <TextField
          label="What you hear"
          value={draft.text}
          onChange={(text) => onChange({ text })}
          numeric={ask.numeric === "digits"}
          invalid={work.message !== null}
          describedBy="hints answer-message"
        />
      </div>
    </>
  );
}
