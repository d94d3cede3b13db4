import type { ReactNode } from "react";
import type { ItemFile } from "../../../src/protocol/workspace.ts";
import controls from "../../shared/controls.module.css";
import { Icon } from "../../shared/Icon.tsx";
import { showKeys, type ShortcutId } from "../keymap.ts";
import { FILTERS, setLook, useLook, ZOOMS, type Filter, type Look } from "../preferences.ts";
import { IS_MAC, useShortcuts } from "../shortcuts.ts";
import { Frame } from "./Frame.tsx";
import styles from "./Picture.module.css";
import { Pixels } from "./Pixels.tsx";

const FILTER_NAMES: Readonly<Record<Filter, string>> = {
  none: "As it is",
  contrast: "Contrast",
  invert: "Inverted",
  grey: "Grey",
};

interface PictureProps {
  /** Undefined while it is on its way: the frame keeps its place. */
  readonly url: string | undefined;
  readonly file: ItemFile | undefined;
  readonly alt: string;
  readonly look: Look;
  /** Drawn over the picture, with the same edges. */
  readonly children?: ReactNode;
}

/** One picture of a task. */
export function Picture({ url, file, alt, look, children }: PictureProps) {
  return (
    <Frame
      width={file?.width ?? 300}
      height={file?.height ?? 100}
      zoom={look.zoom}
      isUsed={children !== undefined}
    >
      <div className={styles.ground}>
        {url !== undefined && <Pixels url={url} file={file} alt={alt} filter={look.filter} />}
      </div>
      {children}
    </Frame>
  );
}

/** Zoom and filter, remembered for each task type. `field`: the arrow keys may be used because a text field has the focus. */
export function PictureTools({ title, field = false }: { readonly title: string; readonly field?: boolean }) {
  const look = useLook(title);
  const zoom = (by: number) => setLook(title, { ...look, zoom: shift(ZOOMS, look.zoom, by) });
  const filter = (by: number) => setLook(title, { ...look, filter: turn(FILTERS, look.filter, by) });
  const larger = () => zoom(1);
  const smaller = () => zoom(-1);
  useShortcuts({
    zoomIn: larger,
    zoomOut: smaller,
    ...(field && {
      zoomInField: larger,
      zoomOutField: smaller,
      filterNext: () => filter(1),
      filterPrevious: () => filter(-1),
    }),
  });
  return (
    <div className={styles.tools} role="group" aria-label="Picture">
      <Tool id={field ? "zoomOutField" : "zoomOut"} icon="minus" words="Smaller" onClick={smaller} />
      <span className={styles.zoom}>{look.zoom}×</span>
      <Tool id={field ? "zoomInField" : "zoomIn"} icon="plus" words="Larger" onClick={larger} />
      <button
        type="button"
        className={controls.quiet}
        onClick={() => filter(1)}
        title={field ? `Next filter (${showKeys("filterNext", IS_MAC)})` : "Next filter"}
      >
        <Icon name="filter" /> {FILTER_NAMES[look.filter]}
      </button>
    </div>
  );
}

interface ToolProps {
  readonly id: ShortcutId;
  readonly icon: "minus" | "plus";
  readonly words: string;
  readonly onClick: () => void;
}

function Tool({ id, icon, words, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className={controls.quiet}
      onClick={onClick}
      aria-label={words}
      title={`${words} (${showKeys(id, IS_MAC)})`}
    >
      <Icon name={icon} />
    </button>
  );
}

function shift(list: readonly number[], value: number, by: number): number {
  return list[Math.min(list.length - 1, Math.max(0, list.indexOf(value) + by))] ?? value;
}

function turn<Value>(list: readonly Value[], value: Value, by: number): Value {
  return list[(list.indexOf(value) + by + list.length) % list.length] ?? value;
}
