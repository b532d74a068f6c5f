// The ledger as it is shown: shares of a bar and the equation planned = sum. It refuses to hide a sum that does not add up.
import { OUTCOMES, type Outcome } from './outcome';
import type { LedgerView } from './report';

export interface LedgerEntry {
  outcome: Outcome;
  count: number;
  /** Part of the bar, 0 to 1. */
  share: number;
}

/** The bar reads from good to bad, the way the equation in the documentation is written. */
const BAR_ORDER: readonly Outcome[] = ['passed', 'flaky', 'skipped', 'failed', 'timed_out', 'lost', 'cancelled', 'never_ran'];

/** A count above zero is never thinner than this on the bar: one failure among 100,000 tests must be seen. */
const SHARE_MIN = 0.006;

export function ledgerSum(ledger: LedgerView): number {
  return OUTCOMES.reduce((sum, outcome) => sum + ledger[outcome], 0);
}

export function ledgerEntries(ledger: LedgerView): LedgerEntry[] {
  const sum = ledgerSum(ledger);
  const floored = BAR_ORDER.map((outcome) => {
    const count = ledger[outcome];
    return { outcome, count, share: count === 0 ? 0 : Math.max(SHARE_MIN, count / sum) };
  });
  const total = floored.reduce((all, entry) => all + entry.share, 0);
  return floored.map((entry) => ({ ...entry, share: total === 0 ? 0 : entry.share / total }));
}

/** A sentence when the ledger and the plan disagree, else null. */
export function ledgerFault(ledger: LedgerView, planned: number, tests: number): string | null {
  const sum = ledgerSum(ledger);
  if (sum !== planned) return `The ledger does not add up: ${planned} planned, but its entries sum to ${sum}.`;
  if (tests !== planned) return `The report lists ${tests} tests, but ${planned} were planned.`;
  return null;
}

/** Wall time against the lower bound; null when there is no bound to compare with. */
export function wallRatio(wall_ms: number, lower_bound_ms: number): number | null {
  return lower_bound_ms > 0 ? wall_ms / lower_bound_ms : null;
}
