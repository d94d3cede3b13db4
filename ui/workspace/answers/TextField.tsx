import { useLayoutEffect } from "react";
import type { TextAsk } from "../../../src/protocol/workspace.ts";
import { focusHome } from "../focus.ts";
import { characters } from "./rules.ts";
import styles from "./TextField.module.css";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly suggestion?: TextAsk["suggestion"];
  readonly language?: string | null;
  readonly numeric?: boolean;
  readonly invalid: boolean;
  readonly describedBy: string;
}

/**
 * One line in a monospaced font. Under the typed text lies the suggestion, character by character in the same places,
 * each underlined the more the less sure the recogniser was of it.
 */
export function TextField(props: Props) {
  const { label, value, onChange, suggestion = null, language = null, numeric = false } = props;
  useLayoutEffect(focusHome, []);
  const matches = suggestion !== null && suggestion.text.startsWith(value);
  return (
    <div className={styles.box}>
      {matches && <Ghost text={suggestion.text} typed={value} sure={suggestion.characters} />}
      <input
        data-home
        className={styles.input}
        type="text"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        aria-label={label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid}
        title={suggestion === null ? undefined : surenessOf(suggestion)}
        lang={language ?? undefined}
        inputMode={numeric ? "numeric" : "text"}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={1000}
      />
    </div>
  );
}

interface GhostProps {
  readonly text: string;
  readonly typed: string;
  readonly sure: readonly number[];
}

function Ghost({ text, typed, sure }: GhostProps) {
  const shown = characters(typed).length;
  return (
    <div className={styles.ghost} aria-hidden="true">
      {characters(text).map((character, index) => {
        const doubt = 1 - (sure[index] ?? 1);
        return (
          <span
            // oxlint-disable-next-line react/no-array-index-key -- the place is what tells characters apart
            key={index}
            className={index < shown ? styles.typed : undefined}
            style={{ "--doubt": `${Math.round(Math.min(1, doubt * 2) * 100)}%` } as React.CSSProperties}
          >
            {character}
          </span>
        );
      })}
    </div>
  );
}

/** "7 99 %, k 41 %, …" */
function surenessOf({ text, characters: sure }: NonNullable<TextAsk["suggestion"]>): string {
  return characters(text)
    .map((character, index) => `${character} ${Math.round((sure[index] ?? 1) * 100)} %`)
    .join(", ");
}
