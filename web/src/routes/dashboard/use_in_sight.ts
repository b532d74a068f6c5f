// What a page asks for again and again while it is in sight.
import { useCallback, useEffect, useState } from 'react';

/** One refresh may fail by chance; the second in a row is told to the reader. */
const FAILURES_BROKEN = 2;

/** Acts again and again while the page is in sight, and as soon as it comes back. A pause begins when the answer has come: on a slow line nothing piles up. */
export function useInSight(every_ms: number, act: () => Promise<unknown>): void {
  useEffect(() => {
    if (every_ms <= 0) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waiting = false;
    let over = false;
    const pause = (): void => {
      waiting = false;
      if (!over) timer = setTimeout(tick, every_ms);
    };
    const tick = (): void => {
      clearTimeout(timer);
      if (waiting || document.visibilityState !== 'visible') return;
      waiting = true;
      act().then(pause, pause);
    };
    pause();
    document.addEventListener('visibilitychange', tick);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [every_ms, act]);
}

/** The same for a list that keeps what it shows when a refresh fails; true: the line to the server is broken. */
export function useRefresh(every_ms: number, refresh: () => Promise<unknown>): boolean {
  const [failures, setFailures] = useState(0);
  const act = useCallback(() => refresh().then(() => setFailures(0), () => setFailures((before) => before + 1)), [refresh]);
  useInSight(every_ms, act);
  return failures >= FAILURES_BROKEN;
}
