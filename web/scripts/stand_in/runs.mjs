// The runs of the stand-in: rows of the list, newest first, and the reports behind them.
import { hex, pick, share } from './arithmetic.mjs';
import { ledgerAt, makeSchedule, reportAt } from './schedule.mjs';

export const PROJECTS = ['storefront', 'back-office', 'payments-api'];
const BRANCHES = ['main', 'main', 'main', 'feature/voucher-rounding', 'fix/login-redirect', 'renovate/playwright', 'release/2026.11', 'feature/a-branch-with-a-name-that-is-far-too-long-for-any-column'];
const MINUTE_MS = 60_000;

/** `first` is the number of the newest run; the first of all is 1. */
export function makeRuns(count, big_tests, now_ms) {
  const runs = [];
  for (let age = 0; age < count; age += 1) {
    const number = count - age;
    const described = (at) => describe(count - at, at === 2 ? big_tests : 40 + Math.floor(share(count - at, 3) * 25) * 8, now_ms - (at + 1) * 17 * MINUTE_MS);
    const run = age === RERUN_AGE ? rerunOf(described(age + 1), number, now_ms - (age + 1) * 17 * MINUTE_MS) : described(age);
    runs.push({ run, row: rowOf(run) });
  }
  return runs;
}

/** Which run of the list, newest first, took over what was good in the one before it. */
const RERUN_AGE = 4;

function rerunOf(earlier, number, started_ms) {
  return { ...describe(number, earlier.planned, started_ms), project: earlier.project, branch: earlier.branch, commit: earlier.commit, bad: 0.02, special: '', carried_from: earlier.run_id };
}

/** Tests that ended well in the earlier run; some of them are new and ran here. */
export function isCarried(run, planned) {
  return run.carried_from !== undefined && planned.outcome !== 'failed' && planned.outcome !== 'timed_out' && planned.test % 9 !== 3;
}

export function describe(number, planned, started_ms) {
  const workers = planned > 1_000 ? 16 : 2 + Math.floor(share(number, 4) * 3) * 2;
  return {
    number, planned, started_ms, bad: planned > 1_000 ? 0.004 : share(number, 5) < 0.45 ? 0 : share(number, 6) ** 2 * 0.03, project: pick(PROJECTS, number, 1), branch: pick(BRANCHES, number, 2), commit: hex(number, 14),
    run_id: `r-${new Date(started_ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${hex(number, 4)}`,
    worker_names: Array.from({ length: workers }, (_, at) => `ci-${1 + (at % 3)}/${1 + Math.floor(at / 3)}`),
    special: share(number, 8) < 0.02 ? 'infrastructure' : share(number, 9) < 0.03 ? 'cancelled' : share(number, 10) < 0.02 ? 'interrupted' : '',
  };
}

/** Rows of many runs are made without their schedules, which only an opened run needs. */
function rowOf(run) {
  const schedule = run.planned > 5_000 ? null : makeSchedule(run);
  const end_ms = schedule?.end_ms ?? run.planned * 140;
  const until_ms = run.special === '' ? end_ms : end_ms * 0.4;
  return rowAt(run, schedule ?? makeSchedule(run), until_ms);
}

export function rowAt(run, schedule, at_ms, verdict_given) {
  const running = verdict_given === 'running';
  const { ledger, pending } = ledgerAt(schedule, run.special === '' || running ? at_ms : schedule.end_ms * 0.4);
  const open = running || run.special === 'interrupted';
  if (!open && pending > 0) ledger.never_ran += pending;
  const carried = schedule.tests.filter((planned) => isCarried(run, planned)).length;
  const verdict = verdict_given ?? (run.special !== '' ? run.special : ledger.failed > 0 ? 'failed' : ledger.timed_out > 0 ? 'timed_out' : 'passed');
  const busy_ms = schedule.tests.reduce((sum, one) => sum + one.end_ms - one.start_ms, 0);
  const wall_ms = Math.round(Math.min(at_ms, schedule.end_ms));
  return {
    run_id: run.run_id, project: run.project, framework: 'playwright', started_at: new Date(run.started_ms).toISOString(), ...(open ? {} : { finished_at: new Date(run.started_ms + wall_ms).toISOString() }),
    verdict, headline: headlineOf(verdict, run.planned, ledger, pending) + (carried > 0 ? ` (${carried} carried)` : ''), exit_code: { passed: 0, failed: 1, timed_out: 3, infrastructure: 6, cancelled: 7 }[verdict] ?? 4,
    planned: run.planned, ledger, pending: open ? pending : 0, workers: run.worker_names.length, wall_ms, lower_bound_ms: Math.round(busy_ms / run.worker_names.length), busy_ms,
    attempts: run.planned - pending - carried, branch: run.branch, commit: run.commit,
  };
}

function headlineOf(verdict, planned, ledger, pending) {
  const bad = ledger.failed + ledger.timed_out;
  switch (verdict) {
    case 'passed': return ledger.flaky > 0 ? `all ${planned} tests passed, ${ledger.flaky} of them flaky` : `all ${planned} tests passed`;
    case 'running': return `${planned - pending} of ${planned} tests finished${bad > 0 ? `, ${bad} failed` : ''}`;
    case 'infrastructure': return `the infrastructure failed, not the tests (${ledger.never_ran} never ran)`;
    case 'cancelled': return `cancelled: ${ledger.never_ran} of ${planned} tests never ran`;
    case 'interrupted': return `interrupted after ${planned - pending} of ${planned} tests`;
    case 'timed_out': return `${ledger.timed_out} of ${planned} tests timed out`;
    default: return `${bad} of ${planned} tests failed`;
  }
}

/** The report of a run without anybody at work. */
export function reportOf({ run, row }) {
  const schedule = makeSchedule(run);
  const report = reportAt(schedule, run.special === '' ? schedule.end_ms : schedule.end_ms * 0.4, row);
  report.ledger = row.ledger;
  for (const planned of schedule.tests) {
    if (isCarried(run, planned)) Object.assign(report.tests[planned.test], { attempts: [], duration_ms: 0, carried_from: run.carried_from, reason: `carried forward from run '${run.carried_from}'` });
  }
  if (row.verdict === 'interrupted') return report;
  for (const test of report.tests) {
    if (test.outcome === 'running' || test.outcome === 'pending') Object.assign(test, { outcome: 'never_ran', reason: row.verdict === 'infrastructure' ? 'no worker was left' : 'the run was cancelled' });
  }
  if (row.verdict === 'infrastructure') {
    report.disagreements.push({ name: 'infrastructure', message: 'ci-2/1: the application exited with code 9 before it was ready\nError: listen EADDRINUSE: address already in use 127.0.0.1:4173', unit: '' });
  }
  if (row.verdict === 'cancelled') report.disagreements.push({ name: 'stopped', message: 'cancelled by ada@example: wrong branch', unit: '' });
  return report;
}
