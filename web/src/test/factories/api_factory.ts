// An API whose answers a test chooses; what it does not choose is empty.
import type { Api } from '../../api/api';
import { readSession } from '../../model/access';
import { readJobRow } from '../../model/job_row';
import { readRunRow, type RunRow } from '../../model/run_row';
import { readTestHistory } from '../../model/test_history';
import { readWaitRow } from '../../model/wait_row';
import { reportView } from './report_factory';
import { failedTest } from './test_factory';

export function runRow(over: Partial<RunRow> = {}): RunRow {
  return {
    ...readRunRow({ run_id: 'r-1', project: 'shop', verdict: 'passed', headline: 'all 2 tests passed', started_at: '2026-11-21T10:00:00Z', planned: 2, wall_ms: 1_000, lower_bound_ms: 900, branch: 'main', commit: '4be0c1d9a7720f' }), ...over,
  };
}

export function testApi(over: Partial<Api> = {}): Api {
  return {
    session: () => Promise.resolve(readSession({ role: 'admin', project: '*', name: 'ada' })),
    signIn: () => Promise.resolve(), signOut: () => Promise.resolve(),
    projects: () => Promise.resolve([{ project: 'shop', runs: 1, last_run_id: 'r-1', last_verdict: 'passed', last_started_at: '' }]),
    runs: () => Promise.resolve({ rows: [runRow()], next: null }), run: () => Promise.resolve(runRow()), report: () => Promise.resolve(reportView([])), cancel: () => Promise.resolve(),
    runTest: () => Promise.resolve(failedTest()),
    tests: () => Promise.resolve({ rows: [], next: null }), test: () => Promise.resolve(readTestHistory({})), specs: () => Promise.resolve([]),
    agents: () => Promise.resolve([]), drain: () => Promise.resolve(), tokens: () => Promise.resolve([]), makeToken: () => Promise.resolve({ id: 'k9', token: 'tmk_secret', previous_ends_at: '' }), rotateToken: () => Promise.resolve({ id: 'k9', token: 'tmk_fresh', previous_ends_at: '' }), revokeToken: () => Promise.resolve(),
    jobs: () => Promise.resolve({ rows: [], next: null }), job: () => Promise.resolve(readJobRow({})), submitJob: () => Promise.resolve('j-1'), cancelJob: () => Promise.resolve(), followJob: () => () => undefined,
    waits: () => Promise.resolve({ rows: [], next: null }), wait: () => Promise.resolve(readWaitRow({})), cancelWait: () => Promise.resolve(), signal: () => Promise.resolve(),
    ...over,
  };
}
