// Loads what a page shows. What was seen before is shown at once and brought up to date behind it, so that Back is instant; what is seen stays while
// the next is loaded.
import { useCallback, useEffect, useRef, useState } from 'react';
import { asProblem, type ApiProblem } from '../../api/problem';
import { oneAtATime, type OneAtATime } from './one_at_a_time';
import { useInSight } from './use_in_sight';

export interface Loaded<T> {
  value: T | null;
  problem: ApiProblem | null;
  loading: boolean;
  reload: () => void;
}

const KEPT_MAX = 40;
const kept = new Map<string, unknown>();

/** The latest value under this key, however it came. */
export function recall(key: string): unknown {
  return kept.get(key);
}

export function remember(key: string, value: unknown): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
}

export function forget(key: string): void {
  kept.delete(key);
}

/** For another reader: nothing of the one before may be seen. */
export function forgetAll(): void {
  kept.clear();
}

interface Outcome<T> {
  key: string;
  value: T | null;
  problem: ApiProblem | null;
}

/** `load` may be another function each time; the key says what it loads. `every_ms` above 0 repeats it while the page is in sight. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>, every_ms = 0): Loaded<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>({ key: '', value: null, problem: null });
  const asking = useRef<OneAtATime | null>(null);
  const ask = useCallback(() => asking.current?.ask() ?? Promise.resolve(), []);
  const reload = useCallback(() => asking.current?.askAgain(), []);
  useEffect(() => {
    if (key === '') return undefined;
    const stop = new AbortController();
    const request = (): Promise<void> => load(stop.signal).then(
      (value) => {
        if (stop.signal.aborted) return;
        remember(key, value);
        setOutcome({ key, value, problem: null });
      },
      (fault: unknown) => {
        if (!stop.signal.aborted) setOutcome((before) => ({ key, value: before.key === key ? before.value : null, problem: asProblem(fault) }));
      },
    );
    const own = oneAtATime(request, stop.signal);
    asking.current = own;
    void own.ask();
    return () => {
      stop.abort();
      asking.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  useInSight(every_ms, ask);
  const settled = outcome.key === key;
  // The cast gives back what was put in under the same key.
  const value = settled ? outcome.value : (kept.get(key) as T | undefined) ?? null;
  return { value, problem: settled ? outcome.problem : null, loading: !settled, reload };
}
