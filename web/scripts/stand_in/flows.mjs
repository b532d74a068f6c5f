// Jobs and waits of the stand-in: one in every state, with words as long as backends write them.
import { hex } from './arithmetic.mjs';

const LONG_STAGE = 'CLUSTERING_OF_ALL_ORDERS_OF_THE_LAST_TWELVE_MONTHS_BY_REGION';
const LONG_ADDRESS = 'http://backend.staging.example:8080/api/v2/analysis/4711/status?with=everything&and=more';
const ERROR = 'ValueError: matrix is singular: the input has 3 columns that depend on each other\n  at solve (model.py:118)\n  at main (worker.py:12)';

export function makeJobs(now_ms) {
  const at = (ago_s) => new Date(now_ms - ago_s * 1_000).toISOString();
  const job = (number, kind, ago_s, steps, over = {}) => {
    const job_id = `j-${hex(number, 16)}`;
    const history = steps.map(([status, stage = '', progress = null], step) => ({ seq: step + 1, at: at(ago_s - step * 7), status, stage, progress }));
    const { status, stage, progress } = history.at(-1);
    const over_at = ['COMPLETED', 'FAILED', 'CANCELLED', 'LOST'].includes(status) ? { ended_at: history.at(-1).at } : {};
    return {
      job_id, project: 'storefront', kind, status, stage, progress, submitted_at: at(ago_s), updated_at: history.at(-1).at, status_url: `/api/v1/jobs/${job_id}/status`, input: null, heartbeat_ms: 5_000,
      cancel_grace_ms: 30_000, retention_ms: 86_400_000, reports_ignored: 0, history, ...over_at, ...over,
    };
  };
  return [
    job(1, 'process', 4, [['PENDING']], { input: { blob: hex(7, 40), name: 'sales-2026-11.csv', bytes: 18_231_004 } }),
    job(2, 'analysis', 60, [['PENDING'], ['INITIALIZING'], ['RUNNING', 'DATA_FETCHING', 10], ['RUNNING', LONG_STAGE, 42]], { executor: 'backend-7' }),
    job(3, 'thumbnail', 70, [['PENDING'], ['QUEUED']], { processor: 'imager' }),
    job(4, 'analysis', 300, [['PENDING'], ['RUNNING', 'MODEL', 73], ['FAILED', 'MODEL', 73]], { executor: 'backend-2', error: ERROR }),
    job(5, 'year-end report', 900, [['PENDING'], ['RUNNING', 'RENDERING', 90], ['COMPLETED', 'RENDERING', 90]], { result: { rows: 1_200, clusters: [{ id: 1, size: 400 }, { id: 2, size: 800 }] }, result_url: '/api/v1/jobs/x/result', log_url: '/api/v1/jobs/x/log' }),
    job(6, 'analysis', 1_800, [['PENDING'], ['CANCELLED']], { reason: 'not needed any more' }),
    job(7, 'analysis', 4_000, [['PENDING'], ['RUNNING', 'WORKING', 30], ['LOST', 'WORKING', 30]], { executor: 'backend-3', reason: "'backend-3' has not been heard of for 15.0 s" }),
  ];
}

export function makeWaits(now_ms, run_id, job_id) {
  const at = (in_s) => new Date(now_ms + in_s * 1_000).toISOString();
  const condition = (name, source, target, over = {}) => ({ name, source, target, status: '', over: false, ...over });
  const wait = (wait_id, name, owner, ago_s, conditions, over = {}) => ({
    wait_id, project: 'storefront', name, owner, state: 'parked', parked_at: at(-ago_s), deadline: at(3_600 - ago_s), probes: 0, waited_ms: ago_s * 1_000, conditions, captures: {}, notes: [], excerpt: '', ...over,
  });
  const ended = (outcome, message, more = {}) => ({ state: 'over', outcome, message, ended_at: at(0), ...more });
  const note = (ago_s, what, text) => ({ at: at(-ago_s), what, condition: 0, text, excerpt: '' });
  return [
    wait('w-1', 'release approved', 'ci job 4711', 1_260, [condition('approval', 'signal', 'release-2026-11')]),
    wait('w-2', 'analysis › backend', `run ${run_id}`, 95, [condition('backend', 'outside', LONG_ADDRESS, { status: 'PENDING' })], { probes: 57, next_look_at: at(2), notes: [note(95, 'seen', 'PENDING'), note(40, 'retry', 'HTTP status 503, looked again')], excerpt: '{"status": "PENDING", "stage": "DATA_FETCHING"}' }),
    wait('w-3', 'whatever comes first', 'a person with a rather long name, who waits for several things at once', 12, [condition('go', 'signal', 'go-or-no-go'), condition('backend', 'outside', LONG_ADDRESS, { status: 'RUNNING' }), condition('job', 'job', job_id, { over: true, outcome: 'failed', message: ERROR })], { probes: 4, next_look_at: at(1) }),
    wait('w-4', 'result is there', 'checkout › pays by card', 400, [condition('backend', 'outside', LONG_ADDRESS, { status: 'COMPLETED', over: true, outcome: 'satisfied' })], ended('satisfied', '', { captures: { rows: 12, result: { total: 118.79 } }, excerpt: '{"status": "COMPLETED", "result": {"total": 118.79}}' })),
    wait('w-5', 'model trained', `run ${run_id}`, 500, [condition('backend', 'outside', LONG_ADDRESS, { status: 'FAILED', over: true, outcome: 'failed', message: 'matrix is singular' })], ended('failed', 'matrix is singular', { excerpt: '{"status": "FAILED", "error": "matrix is singular"}' })),
    wait('w-6', 'approved in time', 'ci job 4690', 3_600, [condition('approval', 'signal', 'release-2026-10')], ended('timed_out', 'the deadline passed after 60 m 00 s; nothing was seen of approval')),
  ];
}
