// Search over the report's tests. The index is built while the browser is idle, or at the first search if that comes earlier.
import { useEffect, useMemo, useState } from 'react';
import { isOutcome, type Outcome } from '../model/outcome';
import type { TestView } from '../model/report';
import { listOrder } from '../model/test_list';
import { makeTestIndex, searchTests, type SearchResult, type TestIndex } from '../model/test_search';

/** Short enough to feel instant, long enough that a fast typist does not search for every letter. */
const DEBOUNCE_MS = 40;

export function useTestSearch(tests: readonly TestView[], query: string, outcomes: readonly Outcome[]): SearchResult {
  const order = useMemo(() => listOrder(tests), [tests]);
  const index = useMemo(() => lazyIndex(tests), [tests]);
  useEffect(() => {
    if (typeof requestIdleCallback !== 'function') return undefined;
    const idle = requestIdleCallback(() => index(), { timeout: 3_000 });
    return () => cancelIdleCallback(idle);
  }, [index]);
  // The list is made anew for every change of the address; its content, not its identity, decides whether to search again.
  const chosen = outcomes.join(',');
  return useMemo(() => searchTests(tests, order, index, query, new Set(chosen.split(',').filter(isOutcome))), [tests, order, index, query, chosen]);
}

function lazyIndex(tests: readonly TestView[]): () => TestIndex {
  let made: TestIndex | null = null;
  return () => (made ??= makeTestIndex(tests));
}

/** The text in the field follows every key; `settle` is called once the typing pauses. */
export function useSearchText(settled: string, settle: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => {
      settle(typed);
      setTyped(null);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
    // A new `settle` does not restart the pause.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);
  return [typed ?? settled, setTyped];
}
