import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import styles from "./Frame.module.css";

/** Up to this zoom a picture is never larger than its place. */
const WHOLE_ZOOM = 2;

interface Props {
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
  /** Whether there is something in it that takes the focus, by which it is scrolled. */
  readonly isUsed: boolean;
  readonly children: ReactNode;
}

/**
 * The place of a picture: as wide as the zoom says, but no wider than the card nor higher than half the window. Up to
 * WHOLE_ZOOM the picture is seen as a whole; from there on it grows in proportion, and its place scrolls.
 */
export function Frame({ width, height, zoom, isUsed, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      const { scrollWidth = 0, clientWidth = 0, scrollHeight = 0, clientHeight = 0 } = place.current ?? {};
      setScrolls(scrollWidth > clientWidth || scrollHeight > clientHeight);
    });
    for (const { current } of [place, content]) if (current !== null) observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const whole = `min(100cqw, ${width * Math.min(zoom, WHOLE_ZOOM)}px, ${((52 * width) / height).toFixed(2)}dvh)`;
  return (
    <div
      ref={place}
      className={styles.place}
      data-grown={zoom > WHOLE_ZOOM}
      {...(scrolls &&
        !isUsed && { "data-scrolls": true, tabIndex: 0, role: "group", "aria-label": "Scrolls" })}
    >
      <div
        ref={content}
        className={styles.content}
        style={{
          width: `calc(${whole} * ${Math.max(1, zoom / WHOLE_ZOOM)})`,
          aspectRatio: `${width} / ${height}`,
        }}
      >
        {children}
      </div>
    </div>
  );
}
