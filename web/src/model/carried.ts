// Verdicts that an earlier run reached and this one took over (`rerun --failed`, a CI job that was tried again). They must not look like
// tests that passed here.
import { outcomeOf, type Outcome } from './outcome';
import type { TestView } from './report';

/** The search that finds them all: it is part of their reason. */
export const CARRIED_QUERY = '"carried forward"';

export interface CarriedCounts {
  total: number;
  /** How many of a word's tests are carried; a word without any is left out. */
  by_outcome: Partial<Record<Outcome, number>>;
  /** The run they come from; empty: there are none. A run carries from one run only. */
  from: string;
}

export function countCarried(tests: readonly TestView[]): CarriedCounts {
  const counts: CarriedCounts = { total: 0, by_outcome: {}, from: '' };
  for (const test of tests) {
    if (test.carried_from === '') continue;
    const outcome = outcomeOf(test);
    counts.total += 1;
    counts.by_outcome[outcome] = (counts.by_outcome[outcome] ?? 0) + 1;
    counts.from = test.carried_from;
  }
  return counts;
}
