import { useEffect, useState } from "react";

const WORK_MS = 50 * 60_000;
/** A pause this long begins a new stretch. */
const REST_MS = 5 * 60_000;
const LOOK_MS = 20_000;

/** After each fifty minutes of work without a rest: a word about one. */
export function usePaceHint(taking: boolean): string | null {
  const [workedMs, setWorkedMs] = useState(0);
  const [restedMs, setRestedMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      setRestedMs((rested) => (taking ? 0 : rested + LOOK_MS));
      if (taking) setWorkedMs((worked) => worked + LOOK_MS);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [taking]);
  if (restedMs >= REST_MS && workedMs > 0) setWorkedMs(0);
  return taking && workedMs >= WORK_MS ? `${Math.floor(workedMs / 60_000)} min without a rest` : null;
}
