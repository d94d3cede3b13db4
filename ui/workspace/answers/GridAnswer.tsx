import { useLayoutEffect, useState } from "react";
import { Icon } from "../../shared/Icon.tsx";
import { focusHome } from "../focus.ts";
import { useLook } from "../preferences.ts";
import { useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import { cellOfKey, keyName, keyOfCell, neighbour } from "./grid-keys.ts";
import { Frame } from "./Frame.tsx";
import styles from "./GridAnswer.module.css";
import { Picture, PictureTools } from "./Picture.tsx";
import { Pixels } from "./Pixels.tsx";

/** Pixels of a tile's side at zoom 1. */
const TILE = 70;

/** Pick the cells that fit: by their keys, with arrows and Space, or with the pointer. */
export function GridAnswer({ item, work, draft, onChange }: AnswerProps<"grid">) {
  const { ask } = item;
  const { media } = work;
  const { rows, columns, cells: count, tiles } = ask;
  const look = useLook(item.title);
  const [at, setAt] = useState(0);
  useLayoutEffect(focusHome, [at]);
  const toggle = (cell: number) =>
    onChange({
      cells: Array.from({ length: count }, (_, index) => (draft.cells[index] ?? false) !== (index === cell)),
    });
  useShortcuts({
    gridPick: ({ code }) => {
      const cell = cellOfKey(rows, columns, code);
      if (cell === null || cell >= count) return false;
      setAt(cell);
      return toggle(cell);
    },
    gridMove: ({ code }) => setAt(neighbour(count, columns, at, code)),
    gridToggle: () => toggle(at),
    gridClear: () => onChange({ cells: Array<boolean>(count).fill(false) }),
  });
  // Task files are the cells; examples stand above them.
  const files = item.files.map((file, index) => ({ file, url: media.urls[index] }));
  const examples = files.filter(({ file }) => file.role === "example");
  const tasks = files.filter(({ file }) => file.role === "task");
  const picked = draft.cells.filter(Boolean).length;
  const list = (
    <div
      className={styles.cells}
      data-tiles={tiles}
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
      role="listbox"
      aria-label="Cells"
      aria-multiselectable="true"
      aria-describedby="answer-message"
    >
      {Array.from({ length: count }, (_, cell) => {
        const code = keyOfCell(rows, columns, cell);
        const tile = tiles ? tasks[cell] : undefined;
        return (
          <div
            // oxlint-disable-next-line react/no-array-index-key -- cells are their places
            key={cell}
            data-home={cell === at}
            className={styles.cell}
            role="option"
            tabIndex={cell === at ? 0 : -1}
            aria-selected={draft.cells[cell] ?? false}
            aria-label={`Row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`}
            onClick={() => {
              setAt(cell);
              toggle(cell);
            }}
          >
            {tile?.url !== undefined && (
              <Pixels url={tile.url} file={tile.file} alt="" filter={look.filter} className={styles.tile} />
            )}
            {code !== undefined && <kbd className={styles.key}>{keyName(code)}</kbd>}
            <span className={styles.mark}>
              <Icon name="check" />
            </span>
          </div>
        );
      })}
    </div>
  );
  return (
    <>
      {examples.length > 0 && (
        <div className={styles.examples}>
          {examples.map(({ file, url }, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- files are told apart by their places
            <Picture key={index} url={url} file={file} alt="Example" look={{ ...look, zoom: 1 }} />
          ))}
        </div>
      )}
      {tiles ? (
        <Frame width={columns * TILE} height={rows * TILE} zoom={look.zoom} isUsed>
          {list}
        </Frame>
      ) : (
        <Picture url={tasks[0]?.url} file={tasks[0]?.file} alt="The picture, cut into cells" look={look}>
          {list}
        </Picture>
      )}
      <PictureTools title={item.title} />
      <p className={styles.count}>
        {picked} picked{ask.min > 0 ? `, at least ${ask.min}` : ""}
      </p>
    </>
  );
}
