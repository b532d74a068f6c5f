// The present instant, told again every so often.
import { useSyncExternalStore } from 'react';

export function useNow(every_ms: number): number {
  return useSyncExternalStore(
    (notify) => {
      const timer = setInterval(notify, every_ms);
      return () => clearInterval(timer);
    },
    () => Math.floor(Date.now() / every_ms) * every_ms,
  );
}
