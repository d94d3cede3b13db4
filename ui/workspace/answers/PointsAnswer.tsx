import { useLayoutEffect, useState, type MouseEvent } from "react";
import { focusHome } from "../focus.ts";
import { useLook } from "../preferences.ts";
import { useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import { Picture, PictureTools } from "./Picture.tsx";
import styles from "./PointsAnswer.module.css";
import type { Point } from "./rules.ts";

const FAR = 10;

/** Places in a picture, in its own pixels. A cross is moved with the arrows and set with Space, or the pointer sets it. */
export function PointsAnswer({ item, work, draft, onChange }: AnswerProps<"points">) {
  const { ask } = item;
  const { media } = work;
  const look = useLook(item.title);
  const file = item.files[0];
  const width = file?.width ?? 300;
  const height = file?.height ?? 200;
  const [cross, setCross] = useState<Point>({ x: Math.floor(width / 2), y: Math.floor(height / 2) });
  useLayoutEffect(focusHome, []);
  useLayoutEffect(followCross, [cross, look.zoom]);
  const place = (point: Point) => {
    setCross(point);
    // With one place to set, a new one takes its place.
    onChange({ points: ask.max === 1 ? [point] : [...draft.points, point].slice(0, ask.max) });
  };
  const undo = () => onChange({ points: draft.points.slice(0, -1) });
  useShortcuts({
    pointsMove: ({ code, shiftKey }) =>
      setCross((from) => moved(from, code, shiftKey ? FAR : 1, width, height)),
    pointsPlace: () => place(cross),
    pointsUndo: undo,
  });
  const click = ({ clientX, clientY, currentTarget }: MouseEvent) => {
    const box = currentTarget.getBoundingClientRect();
    place({
      x: clamp(Math.floor(((clientX - box.left) / box.width) * width), width),
      y: clamp(Math.floor(((clientY - box.top) / box.height) * height), height),
    });
  };
  const placeOf = ({ x, y }: Point) => ({
    left: `${((x + 0.5) / width) * 100}%`,
    top: `${((y + 0.5) / height) * 100}%`,
  });
  return (
    <>
      <Picture url={media.urls[0]} file={file} alt="The picture to mark" look={look}>
        <div
          data-home
          className={styles.area}
          role="application"
          tabIndex={0}
          aria-label={`Picture of ${width} by ${height} pixels. Arrows move the cross, Space places a point, Backspace takes the last one away.`}
          aria-describedby="points-list answer-message"
          onClick={click}
        >
          <span data-cross className={styles.cross} style={placeOf(cross)} />
          {draft.points.map((point, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- points are told apart by their order
            <span key={index} className={styles.point} style={placeOf(point)}>
              {index + 1}
            </span>
          ))}
        </div>
      </Picture>
      <PictureTools title={item.title} />
      <p id="points-list" className={styles.list} aria-live="polite">
        Cross {cross.x}, {cross.y} · {draft.points.length} of{" "}
        {ask.min === ask.max ? ask.min : `${ask.min} to ${ask.max}`} placed
      </p>
    </>
  );
}

/** Where the picture is larger than its place, it is scrolled to the cross. */
function followCross(): void {
  document.querySelector("main [data-cross]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function moved({ x, y }: Point, code: string, by: number, width: number, height: number): Point {
  if (code === "ArrowLeft") return { x: clamp(x - by, width), y };
  if (code === "ArrowRight") return { x: clamp(x + by, width), y };
  return { x, y: clamp(code === "ArrowUp" ? y - by : y + by, height) };
}

function clamp(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, value));
}
