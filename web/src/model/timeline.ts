// The workers' time as lanes of spans: what is in sight, what lies under the pointer, and where the time went. No drawing here.
import { outcomeOf, outcomeOfStatus, severity, type Outcome } from './outcome';
import type { ReportView, SpanView, WorkerView } from './report';

export type SpanKind = 'app_start' | 'app_reset' | 'framework_start' | 'test' | 'waiting_lock' | 'idle' | 'lost';

export const SPAN_KINDS: readonly SpanKind[] = ['test', 'framework_start', 'app_start', 'app_reset', 'waiting_lock', 'idle', 'lost'];

const LABELS: Record<SpanKind, string> = {
  test: 'running tests',
  framework_start: 'starting the framework',
  app_start: 'starting the app',
  app_reset: 'resetting the app',
  waiting_lock: 'waiting for a lock',
  idle: 'idle',
  lost: 'lost',
};

export function spanKind(span: SpanView): SpanKind {
  return SPAN_KINDS.find((kind) => kind === span.kind) ?? 'idle';
}

export function spanKindLabel(kind: SpanKind): string {
  return LABELS[kind];
}

export interface Lane {
  worker: WorkerView;
  /** By start; spans of one worker do not overlap. */
  spans: SpanView[];
}

export function makeLanes(workers: readonly WorkerView[]): Lane[] {
  return workers.map((worker) => ({ worker, spans: [...worker.spans].sort((a, b) => a.start_ms - b.start_ms) }));
}

/** Outcome that colours a test span: that of the attempt that ran then, so that a retry shows red first and green later. */
export function spanOutcome(report: ReportView, span: SpanView): Outcome | null {
  const test = span.test >= 0 ? report.tests[span.test] : undefined;
  if (test === undefined) return null;
  const attempt = test.attempts.find((one) => one.started_ms < span.end_ms && one.started_ms + one.duration_ms > span.start_ms);
  if (attempt === undefined || test.attempts.length === 1) return outcomeOf(test);
  return outcomeOfStatus(attempt.status);
}

/** Index of the first span that ends after the instant; the number of spans if there is none. */
export function firstSpanAfter(spans: readonly SpanView[], instant_ms: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.end_ms ?? 0) > instant_ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function spanAt(spans: readonly SpanView[], instant_ms: number, tolerance_ms: number): SpanView | null {
  let best: SpanView | null = null;
  let best_distance = tolerance_ms;
  for (let at = firstSpanAfter(spans, instant_ms - tolerance_ms); at < spans.length; at += 1) {
    const span = spans[at];
    if (span === undefined || span.start_ms > instant_ms + tolerance_ms) break;
    const distance = instant_ms < span.start_ms ? span.start_ms - instant_ms : Math.max(0, instant_ms - span.end_ms);
    if (distance === 0 && spanKind(span) === 'test') return span;
    if (distance < best_distance || (distance === 0 && best_distance > 0)) {
      best = span;
      best_distance = distance;
    }
  }
  return best;
}

/** When several spans share a pixel the one that matters most is drawn. Higher wins. */
export function spanWeight(kind: SpanKind, outcome: Outcome | null): number {
  if (outcome !== null) return 20 - severity(outcome);
  return kind === 'lost' ? 19 : kind === 'idle' ? 0 : 5;
}

/** Time that no span covers is `between` two tests, where the framework is at work without saying on what, or else idle. */
export type ShareKind = SpanKind | 'between';

export const SHARE_KINDS: readonly ShareKind[] = ['test', 'between', ...SPAN_KINDS.filter((kind) => kind !== 'test')];

export function shareKindLabel(kind: ShareKind): string {
  return kind === 'between' ? 'between tests' : LABELS[kind];
}

export interface TimeShare {
  kind: ShareKind;
  total_ms: number;
  /** Part of all workers' time, 0 to 1. */
  share: number;
}

/** Where the workers' time went. A lease begins with the start of its framework, so a gap from test to test lies inside one. */
export function timeShares(workers: readonly WorkerView[], wall_ms: number): TimeShare[] {
  const totals = new Map<ShareKind, number>(SHARE_KINDS.map((kind) => [kind, 0]));
  const add = (kind: ShareKind, length_ms: number): void => {
    totals.set(kind, (totals.get(kind) ?? 0) + length_ms);
  };
  let covered = 0;
  for (const { spans } of makeLanes(workers)) {
    let before: SpanView | null = null;
    for (const span of spans) {
      const length = Math.max(0, span.end_ms - span.start_ms);
      add(spanKind(span), length);
      covered += length;
      if (before !== null && spanKind(before) === 'test' && spanKind(span) === 'test') {
        const gap = Math.max(0, span.start_ms - before.end_ms);
        add('between', gap);
        covered += gap;
      }
      before = span;
    }
  }
  const whole = Math.max(covered, wall_ms * workers.length);
  add('idle', whole - covered);
  return SHARE_KINDS.map((kind) => {
    const total_ms = totals.get(kind) ?? 0;
    return { kind, total_ms, share: whole > 0 ? total_ms / whole : 0 };
  });
}

/** Round steps for an axis: at most `ticks_max` of them over the range. */
export function axisTicks(from_ms: number, until_ms: number, ticks_max: number): number[] {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5];
  const step = steps.find((one) => (until_ms - from_ms) / one <= ticks_max) ?? 864e5;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from_ms / step) * step; tick <= until_ms; tick += step) ticks.push(tick);
  return ticks;
}
