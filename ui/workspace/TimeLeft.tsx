import { useEffect, useState } from "react";
import { LOW_MS } from "./moves.ts";
import styles from "./TimeLeft.module.css";

/** A bar, and a number only when little is left. The machine says that once; this only shows it. */
export function TimeLeft({ shown }: { readonly shown: { readonly at: number; readonly endsAt: number } }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, shown.endsAt - now);
  const share = Math.min(1, left / Math.max(1, shown.endsAt - shown.at));
  const low = left <= LOW_MS;
  return (
    <div className={styles.time} data-low={low}>
      <div className={styles.track} aria-hidden="true">
        <div className={styles.bar} style={{ transform: `scaleX(${share.toFixed(4)})` }} />
      </div>
      {low && <span className={styles.number}>{Math.ceil(left / 1000)} s</span>}
    </div>
  );
}
