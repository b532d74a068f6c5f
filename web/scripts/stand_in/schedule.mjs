// A run as a function of time: who runs which test from when to when. The report of any instant, and the patch from one instant to another, are
// read off it, so a live run and a finished one come from the same place.
import { hex } from './arithmetic.mjs';
import { TESTS_PER_SPEC, durationOf, errorOf, outcomeOf, testOf } from './suite.mjs';

const APP_START_MS = 2_100;
const FRAMEWORK_START_MS = 900;
const BETWEEN_MS = 20;

export function makeSchedule(run) {
  const lanes = run.worker_names.map((name) => ({ name, clock: APP_START_MS + FRAMEWORK_START_MS, work: [] }));
  const tests = [];
  for (let from = 0; from < run.planned; from += TESTS_PER_SPEC) {
    const lane = lanes.reduce((first, one) => one.clock < first.clock ? one : first);
    if (from >= lanes.length * TESTS_PER_SPEC) {
      lane.work.push({ kind: 'framework_start', start_ms: lane.clock, end_ms: lane.clock + FRAMEWORK_START_MS, test: -1, unit: from / TESTS_PER_SPEC });
      lane.clock += FRAMEWORK_START_MS;
    }
    for (let test = from; test < Math.min(run.planned, from + TESTS_PER_SPEC); test += 1) {
      const outcome = outcomeOf(test, run.number, run.bad);
      const once_ms = outcome === 'skipped' ? 0 : outcome === 'timed_out' ? 15_000 : durationOf(test, run.number);
      const start_ms = lane.clock;
      const end_ms = start_ms + once_ms * (outcome === 'flaky' ? 2 : 1);
      tests.push({ test, unit: from / TESTS_PER_SPEC, outcome, once_ms, start_ms, end_ms, worker: lane.name });
      if (once_ms > 0) lane.work.push({ kind: 'test', start_ms, end_ms, test, unit: from / TESTS_PER_SPEC });
      lane.clock = end_ms + BETWEEN_MS;
    }
  }
  return { run, tests, lanes, end_ms: Math.max(...lanes.map((lane) => lane.clock)) + 400 };
}

function stateAt(planned, at_ms) {
  if (planned.end_ms <= at_ms && planned.start_ms < at_ms) return planned.outcome;
  return planned.start_ms <= at_ms ? 'running' : 'pending';
}

function workerAt(lane, at_ms) {
  const work = lane.work.find((one) => one.end_ms + BETWEEN_MS > at_ms && one.start_ms <= at_ms);
  if (work !== undefined) return { name: lane.name, state: work.kind === 'test' ? 'running' : 'starting', test: work.test, unit: work.unit, since_ms: work.start_ms };
  if (at_ms < APP_START_MS + FRAMEWORK_START_MS) return { name: lane.name, state: 'starting', test: -1, unit: -1, since_ms: 0 };
  return { name: lane.name, state: 'idle', test: -1, unit: -1, since_ms: lane.clock };
}

export function ledgerAt(schedule, at_ms) {
  const ledger = { passed: 0, failed: 0, flaky: 0, skipped: 0, timed_out: 0, lost: 0, cancelled: 0, never_ran: 0 };
  let pending = 0;
  for (const planned of schedule.tests) {
    const state = stateAt(planned, at_ms);
    if (state === 'running' || state === 'pending') pending += 1;
    else ledger[state] += 1;
  }
  return { ledger, pending };
}

export function patchBetween(schedule, seq, from_ms, at_ms, run) {
  const { ledger, pending } = ledgerAt(schedule, at_ms);
  const tests = schedule.tests.filter((planned) => stateAt(planned, from_ms) !== stateAt(planned, at_ms)).map((planned) => ({
    test: planned.test, outcome: stateAt(planned, at_ms), duration_ms: planned.end_ms <= at_ms ? planned.once_ms : 0, worker: planned.worker, attempts: planned.outcome === 'flaky' ? 2 : 1,
  }));
  const workers = schedule.lanes.map((lane) => [workerAt(lane, from_ms), workerAt(lane, at_ms)])
    .filter(([before, now]) => seq === 1 || before.state !== now.state || before.test !== now.test).map(([, now]) => now);
  return { seq, at_ms, run, ledger, pending, tests, workers };
}

function attemptsOf(schedule, planned, at_ms) {
  const state = stateAt(planned, at_ms);
  if (state === 'pending' || state === 'running') return [];
  const { run } = schedule;
  const plain = { number: 1, worker: planned.worker, status: state, started_ms: planned.start_ms, duration_ms: planned.once_ms };
  if (state === 'passed' || state === 'skipped') return [plain];
  const sha256 = hex(planned.test, 64);
  const blob = (name) => `/blobs/${run.project}/${sha256}/${name}?expires=1800000000&signature=${hex(planned.test + 1, 40)}`;
  const message = state === 'timed_out' ? 'Test timeout of 15000ms exceeded.' : errorOf(planned.test, run.number);
  const { spec, line } = testOf(planned.test);
  const failed = {
    ...plain, status: state === 'timed_out' ? 'timed_out' : 'failed',
    errors: [{ message, stack: `${message.split('\n', 1)[0]}\n    at ${spec}:${line + 6}:21`, file: spec, line: line + 6, column: 21 }],
    attachments: [
      { name: 'screenshot', content_type: 'image/svg+xml', path: blob('test-failed-1.svg'), size: 812, sha256 },
      { name: 'trace', content_type: 'application/zip', path: blob('trace.zip'), size: 1_482_113, sha256 },
      ...(state === 'timed_out' ? [{ name: 'video', content_type: 'video/webm', path: blob('video.webm'), size: 2_204_731, sha256 }, { name: 'server answer', content_type: 'application/json', path: blob('answer.json'), size: 914, sha256 }] : []),
    ],
    app_log: '10:32:41.118 INFO  POST /api/cart/voucher 200 14ms\n10:32:41.131 WARN  rounding: 118.795 -> 118.79 (half to even)',
  };
  return state === 'flaky' ? [failed, { ...plain, number: 2, status: 'passed', started_ms: planned.start_ms + planned.once_ms }] : [failed];
}

/** One test of a run that ended so. */
export function testAfter(run, test, { outcome, duration_ms }) {
  const planned = { test, outcome, worker: run.worker_names[test % run.worker_names.length], start_ms: 4_000, once_ms: duration_ms, end_ms: 4_000 + duration_ms };
  return { ...testOf(test), outcome, duration_ms, unit: 0, attempts: attemptsOf({ run }, planned, planned.end_ms) };
}

/** ReportView as the server sends it: what holds its default is left out. */
export function reportAt(schedule, at_ms, row) {
  const { ledger } = ledgerAt(schedule, at_ms);
  const tests = schedule.tests.map((planned) => {
    const outcome = stateAt(planned, at_ms);
    return { ...testOf(planned.test), outcome, unit: planned.unit, duration_ms: planned.end_ms <= at_ms ? planned.once_ms : 0, attempts: attemptsOf(schedule, planned, at_ms), ...(planned.test % 40 === 7 ? { tags: ['@smoke'] } : {}) };
  });
  const units = [];
  for (const planned of schedule.tests) {
    const unit = (units[planned.unit] ??= { index: planned.unit, title: tests[planned.test].spec, spec: tests[planned.test].spec, tests: 0, estimate_ms: 14_000, duration_ms: 0, worker: planned.worker });
    unit.tests += 1;
    if (planned.end_ms <= at_ms) unit.duration_ms += planned.once_ms;
  }
  const workers = schedule.lanes.map(({ name, work }) => {
    const done = work.filter((one) => one.end_ms <= at_ms).map(({ kind, start_ms, end_ms, test }) => ({ kind, start_ms, end_ms, test, label: test < 0 ? '' : tests[test].title_path[1] }));
    const start = [{ kind: 'app_start', start_ms: 0, end_ms: Math.min(at_ms, APP_START_MS) }, { kind: 'framework_start', start_ms: APP_START_MS, end_ms: Math.min(at_ms, APP_START_MS + FRAMEWORK_START_MS) }];
    return { name, spans: [...start.filter((span) => span.end_ms > span.start_ms), ...done], busy_ms: done.filter((span) => span.kind === 'test').reduce((sum, span) => sum + span.end_ms - span.start_ms, 0) };
  });
  const busy_ms = workers.reduce((sum, worker) => sum + worker.busy_ms, 0);
  return {
    version: 1, ledger, disagreements: [], tests, units, workers,
    run: {
      run_id: row.run_id, project: row.project, framework: row.framework, policy: 'dynamic', verdict: row.verdict, headline: row.headline, exit_code: row.exit_code, seed: '8123409912',
      started_at_ms: Date.parse(row.started_at), wall_ms: row.wall_ms, lower_bound_ms: row.lower_bound_ms, busy_ms, workers: row.workers, planned: row.planned, attempts: row.attempts,
      held_back: ['The longest unit, tests/checkout/checkout.spec.ts, took 41 % of the wall time.', 'Starting the application and the framework took 12.4 s of the workers’ time.'],
      branch: row.branch, commit: row.commit, machine: '3 agents', command: 'tamarack run --server https://tamarack.example', tamarack_version: '0.1.0',
    },
  };
}
