import { useLayoutEffect, useRef } from "react";
import type { TextAsk } from "../../../src/protocol/workspace.ts";
import { showKeys } from "../keymap.ts";
import { useLook } from "../preferences.ts";
import { IS_MAC, useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import { Picture, PictureTools } from "./Picture.tsx";
import { characters, lengthWords } from "./rules.ts";
import styles from "./TextAnswer.module.css";
import { TextField } from "./TextField.tsx";

/** The text in a picture. The field has the focus from the first moment; the recogniser's reading stands in it in grey. */
export function TextAnswer({ item, work, draft, onChange }: AnswerProps<"text">) {
  const { ask } = item;
  const { media } = work;
  const look = useLook(item.title);
  const { suggestion } = ask;
  const offered =
    suggestion !== null && suggestion.text.startsWith(draft.text) && suggestion.text !== draft.text;
  const offeredNow = useRef(offered);
  useLayoutEffect(() => {
    offeredNow.current = offered;
  });
  useShortcuts({
    suggestion: ({ target }) => {
      // With nothing to take, and anywhere but in the field, Tab goes on as everywhere.
      if (!offeredNow.current || suggestion === null || !(target instanceof HTMLInputElement)) return false;
      return onChange({ text: suggestion.text });
    },
  });
  const count = characters(draft.text.trim()).length;
  const [min, max] = ask.length ?? [1, Infinity];
  return (
    <>
      <Picture url={media.urls[0]} file={item.files[0]} alt="The picture to read" look={look} />
      <PictureTools title={item.title} field />
      <p id="hints" className={styles.hints}>
        {hintsOf(ask).map((hint) => (
          <span key={hint}>{hint}</span>
        ))}
      </p>
      <div className={styles.field}>
        <TextField
          label={ask.math ? "The value of the sum" : "What the picture says"}
          value={draft.text}
          onChange={(text) => onChange({ text })}
          suggestion={suggestion}
          language={ask.language}
          invalid={work.message !== null}
          describedBy="hints suggestion answer-message"
        />
        <span className={styles.count} data-off={count > 0 && (count < min || count > max)}>
          {ask.length === null ? count || "" : `${count} / ${lengthWords(min, max)}`}
        </span>
      </div>
      <p id="suggestion" className={styles.suggestion}>
        {suggestion === null ? null : offered ? (
          <>
            <kbd>{showKeys("suggestion", IS_MAC)}</kbd> takes the suggestion {suggestion.text},{" "}
            {percent(suggestion.confidence)} sure{unsure(suggestion)}
          </>
        ) : draft.text === suggestion.text ? (
          "Suggestion taken."
        ) : (
          `Not as suggested: ${suggestion.text}`
        )}
      </p>
    </>
  );
}

const CONSIST_OF: Readonly<Record<TextAsk["characters"], string>> = {
  any: "",
  digits: "digits only",
  letters: "letters only",
  "digits or letters": "all digits or all letters",
  "digits and letters": "digits and letters",
};

/** "5 characters · digits only · case matters" */
function hintsOf({
  length,
  characters: consisting,
  case: isCased,
  math,
  words,
  language,
}: TextAsk): string[] {
  const [min, max] = length ?? [1, Infinity];
  return [
    math ? "work out the sum" : "",
    length === null ? "" : `${lengthWords(min, max)} character${max === 1 ? "" : "s"}`,
    CONSIST_OF[consisting],
    words ? "several words" : "",
    isCased ? "case matters" : math || consisting === "digits" ? "" : "case does not matter",
    language === null ? "" : `language: ${language}`,
  ].filter((hint) => hint !== "");
}

/** "; least sure of character 3, P" */
function unsure({ text, characters: sure }: NonNullable<TextAsk["suggestion"]>): string {
  const least = sure.indexOf(Math.min(...sure));
  const character = characters(text)[least];
  return character === undefined ? "" : `; least of character ${least + 1}, ${character}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
