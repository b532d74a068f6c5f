// The eight words of the ledger: their order, how they are shown, and which of them ask for a reader's attention.
import type { LedgerView, TestView } from './report';

export type Outcome = keyof LedgerView;

/** Worst first: the order in which a reader wants to meet them. */
export const OUTCOMES: readonly Outcome[] = ['failed', 'timed_out', 'lost', 'never_ran', 'cancelled', 'flaky', 'passed', 'skipped'];

const LABELS: Record<Outcome, string> = {
  failed: 'failed',
  timed_out: 'timed out',
  lost: 'lost',
  never_ran: 'never ran',
  cancelled: 'cancelled',
  flaky: 'flaky',
  passed: 'passed',
  skipped: 'skipped',
};

/** Sections of the test list, in order. Flaky tests ended well, but a reader wants them before the quiet rest. */
export type Section = 'attention' | 'flaky' | 'quiet';

export function isOutcome(word: string): word is Outcome {
  return Object.hasOwn(LABELS, word);
}

/** An unknown word comes from a newer writer; it is shown as lost, because what is not understood must never look green. */
export function outcomeOf(test: TestView): Outcome {
  return isOutcome(test.outcome) ? test.outcome : 'lost';
}

export function outcomeLabel(outcome: Outcome): string {
  return LABELS[outcome];
}

export function severity(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

export function sectionOf(outcome: Outcome): Section {
  if (outcome === 'passed' || outcome === 'skipped') return 'quiet';
  return outcome === 'flaky' ? 'flaky' : 'attention';
}

export function needsAttention(outcome: Outcome): boolean {
  return sectionOf(outcome) === 'attention';
}

/** How an attempt's status is coloured; `interrupted` is what the ledger calls cancelled. */
export function outcomeOfStatus(status: string): Outcome {
  if (status === 'interrupted') return 'cancelled';
  return isOutcome(status) ? status : 'lost';
}

export type Verdict = 'passed' | 'failed' | 'timed_out' | 'incomplete' | 'invalid' | 'infrastructure' | 'cancelled' | 'running' | 'interrupted';

const VERDICTS: Record<Verdict, string> = {
  passed: 'Passed',
  failed: 'Failed',
  timed_out: 'Timed out',
  incomplete: 'Incomplete',
  invalid: 'Invalid',
  infrastructure: 'Infrastructure failure',
  cancelled: 'Cancelled',
  running: 'Running',
  interrupted: 'Interrupted',
};

export function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(VERDICTS, word);
}

export function verdictLabel(word: string): string {
  return isVerdict(word) ? VERDICTS[word] : `Unknown verdict '${word}'`;
}
