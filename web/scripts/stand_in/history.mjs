// What the history of the stand-in knows of each test and spec.
import { hex, pick, share } from './arithmetic.mjs';
import { errorOf, specOf, testOf } from './suite.mjs';

const DAY_MS = 86_400_000;
const EXECUTIONS = 200;

export function makeHistory(count, runs, now_ms) {
  const figures = Array.from({ length: count }, (_, at) => figuresOf(at, runs, now_ms));
  const lowered = figures.map((one) => `${one.spec} › ${one.title_path.join(' › ')} ${one.parameters}`.toLowerCase());
  const orders = {
    flaky: (a, b) => b.flaky_rate - a.flaky_rate || b.flip_rate - a.flip_rate, failures: (a, b) => b.failure_rate - a.failure_rate, slow: (a, b) => b.p95_ms - a.p95_ms,
    name: (a, b) => a.spec.localeCompare(b.spec) || a.title_path[1].localeCompare(b.title_path[1]), latest: (a, b) => b.last_at.localeCompare(a.last_at),
  };
  const sorted = {};
  const order = (sort) => (sorted[sort] ??= figures.map((_, at) => at).sort((a, b) => orders[sort](figures[a], figures[b]) || a - b));
  return {
    list(text, sort, limit, before) {
      const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
      const found = [];
      let skip = Number(before ?? 0);
      for (const at of order(sort in orders ? sort : 'flaky')) {
        if (!words.every((word) => lowered[at].includes(word))) continue;
        if (skip > 0) skip -= 1;
        else found.push(figures[at]);
        if (found.length > limit) break;
      }
      const tests = found.slice(0, limit);
      return { tests, next: found.length > limit ? String(Number(before ?? 0) + limit) : null };
    },
    test: (id) => {
      const one = figures[Number.parseInt(id.slice(1), 16)];
      return one === undefined ? null : { ...one, executions: executionsOf(Number.parseInt(id.slice(1), 16), one, runs, now_ms) };
    },
    specs: (text) => specsOf(figures).filter(({ spec }) => spec.toLowerCase().includes(text.toLowerCase())),
  };
}

function figuresOf(at, runs, now_ms) {
  const { id, spec, title_path, parameters } = testOf(at);
  const fragile = share(at, 99) < 0.03;
  const failure_rate = fragile ? share(at, 51) * 0.3 : share(at, 52) < 0.1 ? share(at, 53) * 0.02 : 0;
  const flaky_rate = fragile ? share(at, 54) * 0.4 : share(at, 55) < 0.08 ? share(at, 56) * 0.03 : 0;
  const p50_ms = Math.round(300 + share(at, 1) ** 3 * 7_000);
  const count = 40 + Math.floor(share(at, 57) * 400);
  const failed = Math.round(count * failure_rate);
  const flaky = Math.round(count * flaky_rate);
  const last = runs[at % Math.min(20, runs.length)];
  return {
    test_id: id, spec, title_path, parameters, runs: count, passed: count - failed - flaky, failed, flaky, failure_rate, flip_rate: Math.min(1, failure_rate * 1.2 + flaky_rate * 0.4), flaky_rate,
    p50_ms, p95_ms: Math.round(p50_ms * (1.2 + share(at, 58) * 2)), trend: 0.8 + share(at, 59) * (share(at, 60) < 0.05 ? 1.6 : 0.4),
    last_outcome: share(at, 61) < failure_rate ? 'failed' : share(at, 62) < flaky_rate ? 'flaky' : at % 211 === 9 ? 'skipped' : 'passed', last_run_id: last?.row.run_id ?? '',
    last_at: new Date(now_ms - share(at, 63) * DAY_MS).toISOString(),
    quarantine: at % 97 === 11 ? { owner: 'team-checkout', reason: 'the sandbox of the payment provider is slow on Mondays', expires_at: new Date(now_ms + 12 * DAY_MS).toISOString() } : null,
  };
}

function executionsOf(at, figures, runs, now_ms) {
  return Array.from({ length: Math.min(EXECUTIONS, figures.runs) }, (_, age) => {
    const luck = share(at * 13 + 1, age);
    const mass = age > 40 && age < 44;
    const outcome = mass || luck < figures.failure_rate ? (luck < figures.failure_rate * 0.15 ? 'timed_out' : 'failed') : luck < figures.failure_rate + figures.flaky_rate ? 'flaky' : 'passed';
    const entry = runs[age % runs.length];
    return {
      run_id: entry.row.run_id, at: new Date(now_ms - age * 3.7 * 3_600_000).toISOString(), branch: pick(['main', 'main', 'feature/voucher-rounding', 'fix/login-redirect'], at, age), commit: hex(age + 3, 14),
      outcome, duration_ms: Math.round(figures.p50_ms * (0.75 + share(at, age + 500) * 0.6 + (share(at, age + 900) < 0.06 ? 1.4 : 0)) * (age < 60 ? figures.trend : 1)),
      attempts: outcome === 'flaky' ? 2 : 1, error: outcome === 'passed' ? '' : mass ? 'Error: connect ECONNREFUSED 127.0.0.1:4173' : errorOf(at, age), counted: !mass,
    };
  });
}

function specsOf(figures) {
  const specs = new Map();
  figures.forEach((one, at) => {
    const { spec } = specOf(at);
    const known = specs.get(spec) ?? { spec, tests: 0, runs: one.runs, failed: 0, flaky: 0, p50_ms: 0, last_outcome: 'passed', last_at: one.last_at };
    known.tests += 1;
    known.failed += one.failed;
    known.flaky += one.flaky;
    known.p50_ms += one.p50_ms;
    if (one.last_outcome === 'failed') known.last_outcome = 'failed';
    if (one.last_at > known.last_at) known.last_at = one.last_at;
    specs.set(spec, known);
  });
  return [...specs.values()].sort((a, b) => a.spec < b.spec ? -1 : 1);
}
