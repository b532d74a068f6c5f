// Runs that did not go as planned, so that each of their pages can be seen: no tests, no application, an early end, a lost test, a second try.
import type { ReportView } from '../../model/report';
import { reportView } from './report_factory';
import { attempt, carriedTest, failedTest, neverRanTest, passedTest, testView } from './test_factory';

export function noTestsReport(): ReportView {
  return reportView([], { run: { verdict: 'invalid', exit_code: 5, headline: 'no test ran', wall_ms: 310, lower_bound_ms: 0, busy_ms: 0, attempts: 0, branch: '', commit: '', seed: '' } });
}

export function infrastructureReport(): ReportView {
  const log = 'booting\nError: listen EADDRINUSE: address already in use 127.0.0.1:4173\n    at Server.setupListenHandle (node:net:1908:16)';
  const message = 'the application exited with code 9 before it was ready';
  return reportView([1, 2, 3].map((at) => neverRanTest({ title_path: ['Orders', `case ${at}`], reason: `no worker was left: ${message}` })), {
    disagreements: ['local/1', 'local/2'].map((worker) => ({ name: 'infrastructure', message: `${worker}: ${message}\n${log}`, unit: '' })),
    run: { verdict: 'infrastructure', exit_code: 6, headline: 'the infrastructure failed, not the tests (3 never ran)', wall_ms: 86, lower_bound_ms: 0, busy_ms: 0 },
  });
}

export function stoppedReport(): ReportView {
  const tests = [
    failedTest(), passedTest(),
    testView({ title_path: ['Orders', 'was running'], outcome: 'cancelled', reason: 'stopped after 1 failed test', attempts: [attempt({ status: 'interrupted', duration_ms: 310 })] }),
    neverRanTest({ reason: 'stopped after 1 failed test' }),
  ];
  return reportView(tests, {
    disagreements: [{ name: 'stopped', message: 'stopped after 1 failed test', unit: '' }],
    run: { verdict: 'failed', exit_code: 1, headline: '1 of 4 tests failed (1 cancelled, 1 never ran)' },
  });
}

export function lostReport(): ReportView {
  const died = [1, 2, 3].map((number) => attempt({
    number, worker: '', status: 'lost', started_ms: number * 4_000, duration_ms: 0, counted: false,
    errors: [{ message: 'its process died while it ran', stack: 'worker.js: about to go\nSegmentation fault', file: '', line: 0, column: 0, snippet: '' }],
  }));
  const lost = testView({ id: 'lost', title_path: ['Orders', 'takes its process down'], outcome: 'lost', reason: '3 processes died while it ran; last: the framework was killed by signal 9', duration_ms: 0, attempts: died });
  return reportView([lost, passedTest()], { run: { verdict: 'incomplete', exit_code: 4, headline: 'incomplete: 1 of 2 tests did not run to an end (1 lost)' } });
}

export function interruptedReport(): ReportView {
  const open = ['exports an order', 'archives an order', 'restores an order'].map((name) => testView({ title_path: ['Orders', name], outcome: 'pending', duration_ms: 0, attempts: [] }));
  return reportView([failedTest(), passedTest(), ...open], { run: { verdict: 'interrupted', exit_code: 4, headline: 'interrupted after 2 of 5 tests', wall_ms: 21_300 } });
}

/** What `rerun --failed` leaves: most verdicts stand from the run before, two tests ran here. */
export function rerunReport(): ReportView {
  const names = ['lists open orders', 'cancels an order', 'exports 5,000 rows', 'archives an order', 'restores an archived order'];
  const carried = names.map((name) => carriedTest({ title_path: ['Orders', name] }));
  const tests = [
    failedTest(), passedTest({ spec: 'tests/checkout.spec.ts', title_path: ['Checkout', 'refuses an expired voucher'] }), ...carried,
    carriedTest({ spec: 'tests/search.spec.ts', title_path: ['Search', 'suggests while typing'], outcome: 'flaky' }),
    carriedTest({ title_path: ['Orders', 'prints a label'], outcome: 'skipped', annotations: [{ type: 'skip', description: 'needs a label printer' }] }),
  ];
  return reportView(tests, { run: { verdict: 'failed', exit_code: 1, headline: '1 of 9 tests failed (1 flaky, 1 skipped, 7 carried)', command: 'tamarack rerun --failed' } });
}
