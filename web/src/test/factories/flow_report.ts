// A report with two flows, of which one met a backend that failed, and three tests beside them.
import { readFlowPhaseView, readFlowView, readLedgerView, type FlowPhaseView, type FlowView, type ReportView } from '../../model/report';
import { reportView } from './report_factory';
import { passedTest, testView } from './test_factory';

export function phaseView(over: Partial<FlowPhaseView> = {}): FlowPhaseView {
  return { ...readFlowPhaseView({ name: 'backend' }), ...over };
}

export function flowView(over: Partial<FlowView> = {}): FlowView {
  return { ...readFlowView({ name: 'analysis of orders', rule: 'analysis', outcome: 'passed' }), ...over };
}

export function flowReport(): ReportView {
  const of = (title: string, name: string, flow: number, outcome = 'passed') =>
    testView({ title_path: [title, name], flow, outcome, ...(outcome === 'passed' ? {} : { attempts: [], duration_ms: 0, reason: 'the phase before it failed' }) });
  const tests = [
    of('Orders', 'uploads the file', 0), of('Orders', 'shows the figures', 0), of('Returns', 'uploads the file', 1), of('Returns', 'shows the figures', 1, 'never_ran'),
    passedTest(), testView({ title_path: ['Cart', 'adds an article'] }), testView({ title_path: ['Cart', 'removes an article'] }),
  ];
  const flows = [
    flowView({
      active_ms: 8_300, waited_ms: 182_000,
      phases: [
        phaseView({ name: 'prepare', outcome: 'satisfied', tests: [0], started_ms: 1_000, duration_ms: 4_100 }), phaseView({ wait: true, outcome: 'satisfied', started_ms: 5_100, duration_ms: 182_000, excerpt: '{"status": "COMPLETED"}' }),
        phaseView({ name: 'validate', outcome: 'satisfied', tests: [1], started_ms: 187_100, duration_ms: 4_200 }),
      ],
    }),
    flowView({
      name: 'analysis of returns', outcome: 'failed', reason: "phase 'backend': matrix is singular", active_ms: 3_900, waited_ms: 250_000,
      phases: [
        phaseView({ name: 'prepare', outcome: 'satisfied', tests: [2], started_ms: 1_200, duration_ms: 3_900 }),
        phaseView({ wait: true, outcome: 'failed', message: 'matrix is singular: 3 columns depend on each other', excerpt: '{"status": "FAILED", "error": "matrix is singular: 3 columns depend on each other", "stage": "MODEL"}', started_ms: 5_100, duration_ms: 250_000 }),
        phaseView({ name: 'validate', outcome: 'never_ran', tests: [3] }),
      ],
    }),
  ];
  return reportView(tests, { ledger: readLedgerView({ passed: 4, failed: 1 }), run: { planned: 5, verdict: 'failed', exit_code: 1, headline: '1 of 5 tests and flows failed', flows } });
}
