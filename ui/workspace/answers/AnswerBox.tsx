import { useLayoutEffect, type ComponentType } from "react";
import type { ItemOf, Kind } from "../../../src/protocol/workspace.ts";
import controls from "../../shared/controls.module.css";
import { Icon } from "../../shared/Icon.tsx";
import type { Desk } from "../desk.ts";
import { focusHome } from "../focus.ts";
import { showKeys } from "../keymap.ts";
import { IS_MAC, useShortcuts } from "../shortcuts.ts";
import type { Work } from "../state.ts";
import styles from "./AnswerBox.module.css";
import { AudioAnswer } from "./AudioAnswer.tsx";
import { ChoiceAnswer } from "./ChoiceAnswer.tsx";
import { GridAnswer } from "./GridAnswer.tsx";
import { PointsAnswer } from "./PointsAnswer.tsx";
import { RotationAnswer } from "./RotationAnswer.tsx";
import type { Draft } from "./rules.ts";
import { TextAnswer } from "./TextAnswer.tsx";
import { WidgetAnswer } from "./WidgetAnswer.tsx";

/** What each kind's component gets: what is asked, the work it belongs to, the draft, and where changes go. */
export interface AnswerProps<K extends Kind> {
  readonly item: ItemOf<K>;
  readonly work: Work;
  readonly draft: Draft;
  readonly onChange: (draft: Partial<Draft>) => void;
  readonly onSubmit: () => void;
}

const COMPONENTS: { readonly [K in Kind]: ComponentType<AnswerProps<K>> } = {
  text: TextAnswer,
  grid: GridAnswer,
  points: PointsAnswer,
  rotation: RotationAnswer,
  choice: ChoiceAnswer,
  audio: AudioAnswer,
  widget: WidgetAnswer,
};

/** The component for this kind of answer; when its files do not come, a frame instead. */
export function AnswerBox({ desk, work }: { readonly desk: Desk; readonly work: Work }) {
  if (work.media.status === "failed") return <Failed desk={desk} />;
  const { item } = work;
  const Component = COMPONENTS[item.kind] as ComponentType<AnswerProps<Kind>>;
  return (
    <Component
      item={item}
      work={work}
      draft={work.draft}
      onChange={(draft) => desk.dispatch({ type: "edit", draft })}
      onSubmit={() => desk.dispatch({ type: "submit", now: performance.now() })}
    />
  );
}

function Failed({ desk }: { readonly desk: Desk }) {
  const retry = () => desk.dispatch({ type: "retry-load" });
  useShortcuts({ reload: retry });
  useLayoutEffect(focusHome, []);
  return (
    <div className={styles.failed}>
      <Icon name="warn" />
      <p>The picture could not be loaded.</p>
      <div className={styles.row}>
        <button data-home type="button" className={controls.button} onClick={retry}>
          <Icon name="reload" /> Load again <kbd>{showKeys("reload", IS_MAC)}</kbd>
        </button>
        <button
          type="button"
          className={controls.button}
          onClick={() => desk.dispatch({ type: "reasons", open: true })}
        >
          Can't solve <kbd>{showKeys("reasons", IS_MAC)}</kbd>
        </button>
      </div>
    </div>
  );
}
