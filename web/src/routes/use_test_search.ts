// Search over the report's tests. The index grows while the browser is idle; a search that comes earlier
// completes it.
import { useEffect, useMemo, useRef, useState } from 'react';
import { isOutcome, type Outcome } from '../model/outcome';
import type { TestView } from '../model/report';
import { listOrder } from '../model/test_list';
import { emptyIndex, growIndex, nextIndex, searchTests, type SearchResult } from '../model/test_search';

/** Short enough to feel instant, long enough that a fast typist does not search for every letter. */
const DEBOUNCE_MS = 40;
/** Tests that are read into the index at a time: about a millisecond's work. */
const INDEX_STEP = 1_000;
/** With less idle time than this left, another step waits for the next pause. */
const IDLE_MS_MIN = 2;

export function useTestSearch(tests: readonly TestView[], query: string, outcomes: readonly Outcome[]): SearchResult {
  const order = useMemo(() => listOrder(tests), [tests]);
  const [kept, keep] = useState(() => emptyIndex(tests));
  const index = kept.tests === tests ? kept : nextIndex(kept, tests);
  if (index !== kept) keep(index);
  useEffect(() => {
    if (typeof requestIdleCallback !== 'function') return undefined;
    const grow = (deadline: IdleDeadline): void => {
      while (!growIndex(index, INDEX_STEP)) {
        if (deadline.timeRemaining() > IDLE_MS_MIN) continue;
        idle = requestIdleCallback(grow);
        return;
      }
    };
    let idle = requestIdleCallback(grow);
    return () => cancelIdleCallback(idle);
  }, [index]);
  // The list is made anew for every change of the address; its content, not its identity, decides whether to search again.
  const chosen = outcomes.join(',');
  return useMemo(() => searchTests(order, index, query, new Set(chosen.split(',').filter(isOutcome))), [order, index, query, chosen]);
}

/** The text in the field follows every key; `settle` is called once the typing pauses. */
export function useSearchText(settled: string, settle: (text: string) => void, pause_ms = DEBOUNCE_MS): [string, (text: string) => void] {
  const [typed, setTyped] = useState<string | null>(null);
  // Something else may be chosen during the pause: the text is added to that, and does not take it back.
  const latest = useRef(settle);
  useEffect(() => {
    latest.current = settle;
  });
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => {
      latest.current(typed);
      setTyped(null);
    }, pause_ms);
    return () => clearTimeout(timer);
  }, [typed, pause_ms]);
  return [typed ?? settled, setTyped];
}
