import { useLayoutEffect } from "react";
import { focusHome } from "../focus.ts";
import { useLook } from "../preferences.ts";
import { useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import styles from "./ChoiceAnswer.module.css";
import { Picture, PictureTools } from "./Picture.tsx";

/** One of up to nine, by its number. Options without words are the pictures themselves. */
export function ChoiceAnswer({ item, work, draft, onChange }: AnswerProps<"choice">) {
  const { ask } = item;
  const { media } = work;
  const look = useLook(item.title);
  const arePictures =
    ask.options.every((option) => option === "") && item.files.length === ask.options.length;
  useLayoutEffect(focusHome, []);
  useShortcuts({
    choicePick: ({ code }) => {
      const choice = Number(code.slice(-1)) - 1;
      return choice < ask.options.length ? onChange({ choice }) : false;
    },
  });
  return (
    <>
      {!arePictures && <Picture url={media.urls[0]} file={item.files[0]} alt="The picture" look={look} />}
      <PictureTools title={item.title} />
      <fieldset className={styles.options} data-pictures={arePictures} aria-describedby="answer-message">
        <legend className={styles.legend}>Pick one</legend>
        {ask.options.map((option, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- options are told apart by their numbers
          <label key={index} className={styles.option}>
            <input
              data-home={index === (draft.choice ?? 0)}
              type="radio"
              name="choice"
              checked={draft.choice === index}
              onChange={() => onChange({ choice: index })}
            />
            {option !== String(index + 1) && <kbd>{index + 1}</kbd>}
            {arePictures ? (
              <Picture
                url={media.urls[index]}
                file={item.files[index]}
                alt={`Picture ${index + 1}`}
                look={look}
              />
            ) : (
              <span>{option === "" ? `Option ${index + 1}` : option}</span>
            )}
          </label>
        ))}
      </fieldset>
    </>
  );
}
