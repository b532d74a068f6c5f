// Whole reports: their ledger, units and counts always follow from the tests, so that a factory cannot contradict itself.
import { isSettled, outcomeOf } from '../../model/outcome';
import { readLedgerView, type ReportView, type RunView, type TestView } from '../../model/report';

export function runView(over: Partial<RunView> = {}): RunView {
  return {
    run_id: 'r-20261121-103204-7f3a', project: 'storefront', framework: 'playwright', policy: 'dynamic', verdict: 'passed',
    headline: 'all 2 tests passed', exit_code: 0, seed: '8123409912', started_at_ms: Date.UTC(2026, 10, 21, 10, 32, 4), wall_ms: 62_400,
    lower_bound_ms: 55_100, busy_ms: 104_000, workers: 2, planned: 2, attempts: 2, held_back: [], flows: [], branch: 'main',
    commit: '4be0c1d9a7720f', machine: 'ci-runner-3, 8 cores, 16 GB', command: 'tamarack run', tamarack_version: '0.1.0', ...over,
  };
}

export function reportView(tests: TestView[], over: Partial<Omit<ReportView, 'run'>> & { run?: Partial<RunView> } = {}): ReportView {
  const ledger = readLedgerView({});
  for (const test of tests) {
    const outcome = outcomeOf(test);
    if (isSettled(outcome)) ledger[outcome] += 1;
  }
  const attempts = tests.reduce((sum, test) => sum + test.attempts.length, 0);
  const { run, ...rest } = over;
  return {
    version: 1,
    run: runView({ planned: tests.length, attempts, headline: `all ${tests.length} tests passed`, ...run }),
    ledger, disagreements: [], tests, units: [], workers: [], ...rest,
  };
}
