import { useLayoutEffect, useRef, useState } from "react";
import type { ItemFile } from "../../../src/protocol/workspace.ts";
import type { Filter } from "../preferences.ts";
import styles from "./Pixels.module.css";

interface Props {
  readonly url: string;
  readonly file: ItemFile | undefined;
  readonly alt: string;
  readonly filter: Filter;
  readonly className?: string | undefined;
  readonly degrees?: number;
}

/** A picture in the place that it is given, through a filter. Above its own size its pixels are never smoothed. */
export function Pixels({ url, file, alt, filter, className = "", degrees = 0 }: Props) {
  const picture = useRef<HTMLImageElement>(null);
  const [enlarged, setEnlarged] = useState(false);
  const width = file?.width ?? Infinity;
  const height = file?.height ?? Infinity;
  useLayoutEffect(() => {
    const { current } = picture;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() =>
      setEnlarged(Math.min(current.clientWidth / width, current.clientHeight / height) > 1),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, [width, height]);
  return (
    <img
      ref={picture}
      className={`${styles.pixels} ${className}`}
      src={url}
      alt={alt}
      draggable={false}
      data-filter={filter}
      data-enlarged={enlarged}
      style={degrees === 0 ? undefined : { transform: `rotate(${degrees}deg)` }}
    />
  );
}
