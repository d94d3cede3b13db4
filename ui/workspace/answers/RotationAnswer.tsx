import { useLayoutEffect } from "react";
import type { ItemFile } from "../../../src/protocol/workspace.ts";
import { focusHome } from "../focus.ts";
import { useLook, type Filter } from "../preferences.ts";
import { useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import { PictureTools } from "./Picture.tsx";
import { Pixels } from "./Pixels.tsx";
import styles from "./RotationAnswer.module.css";

const FAR = 10;

/**
 * Turns each piece with a slider. With more files than pieces the first files are the ground, and the pieces lie on it;
 * else each piece stands by itself.
 */
export function RotationAnswer({ item, work, draft, onChange }: AnswerProps<"rotation">) {
  const { ask } = item;
  const { media } = work;
  const { zoom, filter } = useLook(item.title);
  useLayoutEffect(focusHome, []);
  const ground = Math.max(0, item.files.length - ask.pieces);
  const steps = ask.unit === "steps" ? (ask.steps ?? 4) : null;
  const set = (piece: number, value: number) =>
    onChange({ angles: draft.angles.map((angle, index) => (index === piece ? value : angle)) });
  useShortcuts({
    rotationTurn: ({ code, target }) => {
      const piece = target instanceof HTMLInputElement ? Number(target.dataset["piece"] ?? -1) : -1;
      if (steps !== null || piece < 0) return false;
      const by = code === "ArrowLeft" ? -FAR : FAR;
      return set(piece, ((draft.angles[piece] ?? 0) + by + 360) % 360);
    },
  });
  const degrees = (piece: number) => {
    const value = draft.angles[piece] ?? 0;
    return steps === null ? value : ((value - 1) * 360) / steps;
  };
  const disc = (index: number) => (
    <Disc
      key={index}
      url={media.urls[index]}
      file={item.files[index]}
      zoom={zoom}
      filter={filter}
      many={ground === 0 && ask.pieces > 1}
      degrees={index < ground ? 0 : degrees(index - ground)}
    />
  );
  const pieces = Array.from({ length: ask.pieces }, (_, piece) => (
    <label key={piece} className={styles.piece}>
      {ground === 0 && disc(piece)}
      <span className={styles.value}>
        <span>{ask.pieces > 1 ? `Piece ${piece + 1}` : "Turn"}</span>
        <output>
          {steps === null ? `${draft.angles[piece] ?? 0}°` : `${draft.angles[piece] ?? 1} of ${steps}`}
        </output>
      </span>
      <input
        data-home={piece === 0}
        className={styles.slider}
        type="range"
        data-piece={piece}
        min={steps === null ? 0 : 1}
        max={steps ?? 359}
        step={1}
        value={draft.angles[piece] ?? 0}
        aria-describedby="answer-message"
        onChange={({ target }) => set(piece, target.valueAsNumber)}
      />
    </label>
  ));
  return (
    <>
      {ground > 0 && <div className={styles.stack}>{item.files.map((_, index) => disc(index))}</div>}
      <div className={styles.pieces} data-single={ask.pieces === 1 || ground > 0}>
        {pieces}
      </div>
      <PictureTools title={item.title} />
    </>
  );
}

interface DiscProps {
  readonly url: string | undefined;
  readonly file: ItemFile | undefined;
  readonly zoom: number;
  readonly filter: Filter;
  readonly degrees: number;
  /** Several stand side by side: they have to share the window. */
  readonly many: boolean;
}

function Disc({ url, file, zoom, filter, degrees, many }: DiscProps) {
  const width = (file?.width ?? 100) * zoom;
  return (
    <span className={styles.disc} style={{ width: `min(100%, ${width}px, ${many ? 13 : 44}dvh)` }}>
      {url !== undefined && <Pixels url={url} file={file} alt="" filter={filter} degrees={degrees} />}
    </span>
  );
}
