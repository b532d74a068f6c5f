// The eight words of the ledger and the two of a test that has no entry in it yet: their order, how they are shown, and which of them
// ask for a reader's attention.
import type { LedgerView, TestView } from './report';

export type LedgerWord = keyof LedgerView;

/** What a test is shown as; `running` and `pending` exist only in a run that has no end. */
export type Outcome = LedgerWord | 'running' | 'pending';

/** Worst first: the order in which a reader wants to meet them. */
export const OUTCOMES: readonly Outcome[] = ['failed', 'timed_out', 'lost', 'never_ran', 'cancelled', 'flaky', 'running', 'pending', 'passed', 'skipped'];

export const LEDGER_WORDS: readonly LedgerWord[] = OUTCOMES.filter(isSettled);

const LABELS: Record<Outcome, string> = {
  failed: 'failed',
  timed_out: 'timed out',
  lost: 'lost',
  never_ran: 'never ran',
  cancelled: 'cancelled',
  flaky: 'flaky',
  running: 'running',
  pending: 'pending',
  passed: 'passed',
  skipped: 'skipped',
};

/** Sections of the test list, in order. Flaky tests ended well, but a reader wants them before the quiet rest. */
export type Section = 'attention' | 'flaky' | 'open' | 'quiet';

export function isOutcome(word: string): word is Outcome {
  return Object.hasOwn(LABELS, word);
}

/** Whether a test has its entry in the ledger. */
export function isSettled(outcome: Outcome): outcome is LedgerWord {
  return outcome !== 'running' && outcome !== 'pending';
}

/** An unknown word comes from a newer writer; it is shown as lost, because what is not understood must never look green. */
export function outcomeOf(test: TestView): Outcome {
  return outcomeOfWord(test.outcome);
}

export function outcomeLabel(outcome: Outcome): string {
  return LABELS[outcome];
}

export function severity(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

export function sectionOf(outcome: Outcome): Section {
  if (outcome === 'passed' || outcome === 'skipped') return 'quiet';
  if (!isSettled(outcome)) return 'open';
  return outcome === 'flaky' ? 'flaky' : 'attention';
}

export function needsAttention(outcome: Outcome): boolean {
  return sectionOf(outcome) === 'attention';
}

/** As `outcomeOf`, for a word that stands alone. */
export function outcomeOfWord(word: string): Outcome {
  return isOutcome(word) ? word : 'lost';
}

/** How an attempt's status is coloured; `interrupted` is what the ledger calls cancelled. */
export function outcomeOfStatus(status: string): Outcome {
  if (status === 'interrupted') return 'cancelled';
  return outcomeOfWord(status);
}

export type Verdict = 'passed' | 'failed' | 'timed_out' | 'incomplete' | 'invalid' | 'infrastructure' | 'cancelled' | 'running' | 'interrupted';

/** In the order a reader of many runs looks for them. */
export const VERDICTS: readonly Verdict[] = ['running', 'failed', 'timed_out', 'incomplete', 'infrastructure', 'invalid', 'cancelled', 'interrupted', 'passed'];

const VERDICT_LABELS: Record<Verdict, string> = {
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
  return Object.hasOwn(VERDICT_LABELS, word);
}

/** Whether tests without an entry in the ledger are to be expected. */
export function isUnfinished(verdict: string): boolean {
  return verdict === 'running' || verdict === 'interrupted';
}

/** Whether somebody works on it; an interrupted run has no end either, but nobody is at it. */
export function isAtWork(verdict: string): boolean {
  return verdict === 'running';
}

export function verdictLabel(word: string): string {
  return isVerdict(word) ? VERDICT_LABELS[word] : `Unknown verdict '${word}'`;
}
