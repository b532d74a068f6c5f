// Verdicts that an earlier run reached and this one took over (`rerun --failed`, a CI job that was tried again). They must not look like
// tests that passed here.
import { isEntry } from './flows';
import { outcomeOfWord, type Outcome } from './outcome';
import type { FlowView, TestView } from './report';

/** The search that finds them all: it is part of their reason. */
export const CARRIED_QUERY = '"carried forward"';

export interface CarriedCounts {
  total: number;
  /** How many of a word's entries are carried; a word without any is left out. */
  by_outcome: Partial<Record<Outcome, number>>;
  /** The run they come from; empty: there are none. A run carries from one run only. */
  from: string;
}

/** Counts entries of the ledger: flows, and tests that belong to none. */
export function countCarried(tests: readonly TestView[], flows: readonly FlowView[] = []): CarriedCounts {
  const counts: CarriedCounts = { total: 0, by_outcome: {}, from: '' };
  const take = ({ outcome: word, carried_from }: TestView | FlowView): void => {
    if (carried_from === '') return;
    const outcome = outcomeOfWord(word);
    counts.total += 1;
    counts.by_outcome[outcome] = (counts.by_outcome[outcome] ?? 0) + 1;
    counts.from = carried_from;
  };
  for (const test of tests) if (isEntry(test)) take(test);
  flows.forEach(take);
  return counts;
}
