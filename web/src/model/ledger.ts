// The ledger as it is shown: shares of a bar and the equation planned = sum. It refuses to hide a sum that does not add up. While a
// run goes on, the tests without an entry are one more term: pending.
import { LEDGER_WORDS, isSettled, outcomeOf, type LedgerWord } from './outcome';
import type { LedgerView, TestView } from './report';

export interface LedgerEntry {
  outcome: LedgerWord | 'pending';
  count: number;
  /** Part of the bar, 0 to 1. */
  share: number;
}

/** The bar reads from good to bad, the way the equation in the documentation is written. */
const BAR_ORDER: readonly LedgerWord[] = ['passed', 'flaky', 'skipped', 'failed', 'timed_out', 'lost', 'cancelled', 'never_ran'];

/** A count above zero is never thinner than this on the bar: one failure among 100,000 tests must be seen. */
const SHARE_MIN = 0.006;

export function ledgerSum(ledger: LedgerView): number {
  return LEDGER_WORDS.reduce((sum, outcome) => sum + ledger[outcome], 0);
}

/** How many tests have no entry in the ledger yet. */
export function pendingCount(tests: readonly TestView[]): number {
  return tests.reduce((count, test) => isSettled(outcomeOf(test)) ? count : count + 1, 0);
}

export function ledgerEntries(ledger: LedgerView, pending = 0): LedgerEntry[] {
  const sum = ledgerSum(ledger) + pending;
  const counts: Pick<LedgerEntry, 'outcome' | 'count'>[] = BAR_ORDER.map((outcome) => ({ outcome, count: ledger[outcome] }));
  if (pending > 0) counts.push({ outcome: 'pending', count: pending });
  const floored = counts.map(({ outcome, count }) => ({ outcome, count, share: count === 0 ? 0 : Math.max(SHARE_MIN, count / sum) }));
  const total = floored.reduce((all, entry) => all + entry.share, 0);
  return floored.map((entry) => ({ ...entry, share: total === 0 ? 0 : entry.share / total }));
}

/** A sentence when the ledger and the plan disagree, else null. `tests`: how many entries the report lists, `what` is how they are called. */
export function ledgerFault(ledger: LedgerView, planned: number, tests: number, pending = 0, what = 'tests'): string | null {
  const sum = ledgerSum(ledger);
  if (sum + pending !== planned) return `The ledger does not add up: ${planned} planned, but its entries sum to ${sum}${pending === 0 ? '' : ` and ${pending} ${what} are pending`}.`;
  if (tests !== planned) return `The report lists ${tests} ${what}, but ${planned} were planned.`;
  return null;
}

/** Wall time against the lower bound; null when there is no bound to compare with. */
export function wallRatio(wall_ms: number, lower_bound_ms: number): number | null {
  return lower_bound_ms > 0 ? wall_ms / lower_bound_ms : null;
}
