// A report of any size, made from arithmetic instead of chance, so that two builds of it are equal. It is what the speed figures
// are measured on: 100,000 tests in 2,500 specs on 16 workers.
import type { ReportView, SpanView, TestView, UnitView, WorkerView } from '../../model/report';
import { reportView } from './report_factory';
import { attempt, errorView, screenshot, testView } from './test_factory';

const AREAS = ['accounts', 'billing', 'catalogue', 'checkout', 'dashboard', 'exports', 'invoices', 'orders', 'reports', 'settings'];
const VERBS = ['creates', 'changes', 'removes', 'lists', 'exports', 'imports', 'archives', 'restores', 'validates', 'shares'];
const THINGS = ['a customer', 'an invoice', 'a draft order', 'a price list', 'an address', 'a payment method', 'a saved filter', 'a team role', 'a webhook', 'a report'];

export interface LargeReportOptions {
  tests?: number;
  tests_per_spec?: number;
  workers?: number;
  /** Pictures that every attempt left. */
  pictures?: number;
}

export function largeReport({ tests: count = 100_000, tests_per_spec = 40, workers: worker_count = 16, pictures = 0 }: LargeReportOptions = {}): ReportView {
  const tests: TestView[] = [];
  const units: UnitView[] = [];
  const clock = new Array<number>(worker_count).fill(0);
  const lanes: SpanView[][] = clock.map(() => []);
  for (let index = 0; index < count; index += 1) {
    const unit = Math.floor(index / tests_per_spec);
    const lane = unit % worker_count;
    const area = pick(AREAS, unit);
    const spec = `tests/${area}/${area}-${unit.toString().padStart(4, '0')}.spec.ts`;
    const outcome = largeOutcome(index);
    const duration_ms = outcome === 'never_ran' ? 0 : 180 + ((index * 7919) % 997) * 3;
    const started_ms = clock[lane] ?? 0;
    const title_path = [`${area} ${unit}`, `${pick(VERBS, index)} ${pick(THINGS, Math.floor(index / 10))} (case ${index})`];
    const failed = outcome === 'failed' || outcome === 'timed_out';
    const attempts = outcome === 'never_ran' ? [] : [attempt({
      worker: `local/${lane + 1}`, status: failed ? outcome : outcome === 'skipped' ? 'skipped' : 'passed', started_ms, duration_ms,
      errors: failed ? [errorView({ message: `Error: expected case ${index} to be saved within 5000ms` })] : [],
      attachments: Array.from({ length: pictures }, (_, at) => screenshot({ name: `step ${at + 1}`, path: `artifacts/${index}/step-${at + 1}.png` })),
    })];
    tests.push(testView({
      id: `t${index.toString(16).padStart(15, '0')}`, spec, title_path, line: 5 + (index % tests_per_spec) * 12, tags: index % 20 === 0 ? ['@smoke'] : [],
      outcome, reason: outcome === 'never_ran' ? 'fail-fast stopped the run' : '', duration_ms, unit, attempts,
    }));
    if (index % tests_per_spec === 0) units.push({ index: unit, title: spec, spec, tests: 0, estimate_ms: 62_000 + (unit % 90) * 400, duration_ms: 0, worker: `local/${lane + 1}` });
    const current = units[unit];
    if (current !== undefined) {
      current.tests += 1;
      current.duration_ms += duration_ms;
    }
    if (duration_ms > 0) lanes[lane]?.push({ kind: 'test', start_ms: started_ms, end_ms: started_ms + duration_ms, test: index, label: '' });
    clock[lane] = started_ms + duration_ms;
  }
  const workers: WorkerView[] = lanes.map((spans, lane) => ({ name: `local/${lane + 1}`, spans, busy_ms: clock[lane] ?? 0 }));
  const busy_ms = clock.reduce((sum, one) => sum + one, 0);
  return reportView(tests, {
    units, workers,
    run: {
      verdict: 'failed', exit_code: 1, headline: `${tests.filter((test) => test.outcome === 'failed').length} of ${count} tests failed`, busy_ms,
      wall_ms: Math.max(...clock) + 4_000, lower_bound_ms: Math.round(busy_ms / worker_count), workers: worker_count,
    },
  });
}

function largeOutcome(index: number): string {
  if (index % 1_009 === 13) return 'failed';
  if (index % 4_001 === 77) return 'timed_out';
  if (index % 911 === 5) return 'flaky';
  if (index % 211 === 9) return 'skipped';
  return index % 9_973 === 4 ? 'never_ran' : 'passed';
}

function pick(words: readonly string[], at: number): string {
  return words[at % words.length] ?? '';
}
