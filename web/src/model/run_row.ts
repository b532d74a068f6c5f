// A run as the list of runs and its own page know it before the report is read.
import { ledgerSum } from './ledger';
import { isVerdict } from './outcome';
import { readLedgerView, type LedgerView, type Written } from './report';

export interface RunRow {
  run_id: string;
  project: string;
  framework: string;
  /** ISO 8601. */
  started_at: string;
  verdict: string;
  headline: string;
  exit_code: number;
  planned: number;
  ledger: LedgerView;
  pending: number;
  workers: number;
  wall_ms: number;
  lower_bound_ms: number;
  branch: string;
  commit: string;
}

export function readRunRow(from: Written<RunRow>): RunRow {
  return {
    run_id: from.run_id ?? '', project: from.project ?? '', framework: from.framework ?? '', started_at: from.started_at ?? '',
    verdict: from.verdict ?? '', headline: from.headline ?? '', exit_code: from.exit_code ?? 0, planned: from.planned ?? 0,
    ledger: readLedgerView(from.ledger ?? {}), pending: from.pending ?? 0, workers: from.workers ?? 0, wall_ms: from.wall_ms ?? 0,
    lower_bound_ms: from.lower_bound_ms ?? 0, branch: from.branch ?? '', commit: from.commit ?? '',
  };
}

/** Rows brought up to date in their place. */
export function updateRuns(before: readonly RunRow[], now: readonly RunRow[]): RunRow[] {
  const fresh = new Map(now.map((run) => [run.run_id, run]));
  return before.map((run) => fresh.get(run.run_id) ?? run);
}

/** Sentences about runs whose verdict is another than before: what a reader who cannot see the list is told. */
export function verdictChanges(before: readonly RunRow[], now: readonly RunRow[]): string[] {
  const old = new Map(before.map((run) => [run.run_id, run.verdict]));
  return now.filter((run) => old.has(run.run_id) && old.get(run.run_id) !== run.verdict).map((run) => `${run.project}: ${run.headline}`);
}

/** Part of the planned tests that have their entry in the ledger, 0 to 1. */
export function progressOf(run: Pick<RunRow, 'ledger' | 'planned'>): number {
  return run.planned > 0 ? Math.min(1, ledgerSum(run.ledger) / run.planned) : 0;
}

/** An unknown verdict comes from a newer server; it must never look green. */
export function verdictClass(word: string): string {
  return `verdict-${isVerdict(word) ? word : 'invalid'}`;
}
