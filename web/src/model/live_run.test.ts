import { describe, expect, it } from 'vitest';
import { flowView, phaseView } from '../test/factories/flow_report';
import { reportView } from '../test/factories/report_factory';
import { failedTest, passedTest, testView } from '../test/factories/test_factory';
import { parkedWaits, untoldFlows } from './flows';
import { ledgerFault, ledgerSum, pendingCount } from './ledger';
import { applyPatch, lanesUntil, rebase, spanOf, startLive, type LiveRun, type LiveWorker, type Patch } from './live_run';
import type { TestView } from './report';

const pending = (name: string): TestView => testView({ title_path: ['Orders', name], outcome: 'pending', attempts: [], duration_ms: 0 });
const report = reportView([passedTest(), pending('second'), pending('third')], { run: { verdict: 'running', headline: '1 of 3 tests finished', wall_ms: 900 } });
const live = startLive(report, 10, 2);

const worker = (over: Partial<LiveWorker> = {}): LiveWorker => ({ name: 'a/1', state: 'running', test: 1, unit: 0, since_ms: 1_000, ...over });
const patch = (over: Partial<Patch> = {}): Patch => ({ seq: 11, at_ms: 1_200, run: {}, ledger: null, pending: null, tests: [], flows: [], workers: [], ...over });
const outcomes = (one: LiveRun): string[] => one.report.tests.map((test) => test.outcome);

describe('a patch', () => {
  it('changes what it holds and leaves the rest as it was', () => {
    const next = applyPatch(live, patch({ tests: [{ test: 1, outcome: 'running', duration_ms: 0 }], run: { headline: 'now', wall_ms: 1_200 } }));
    expect(outcomes(next)).toEqual(['passed', 'running', 'pending']);
    expect(next.report.run).toMatchObject({ headline: 'now', wall_ms: 1_200, verdict: 'running' });
    expect(next.report.tests[0]).toBe(live.report.tests[0]);
    expect(outcomes(live)).toEqual(['passed', 'pending', 'pending']);
  });
  it('keeps the account: what leaves pending enters the ledger', () => {
    const ledger = { ...report.ledger, failed: 1 };
    const next = applyPatch(live, patch({ tests: [{ test: 1, outcome: 'failed', duration_ms: 412 }], ledger, pending: 1 }));
    expect(ledgerSum(next.report.ledger) + next.pending).toBe(3);
    expect(pendingCount(next.report.tests)).toBe(next.pending);
    expect(ledgerFault(next.report.ledger, 3, 3, next.pending)).toBeNull();
    expect(next.report.tests[1]?.duration_ms).toBe(412);
  });
  it('that is old or comes twice changes nothing', () => {
    expect(applyPatch(live, patch({ seq: 10, run: { headline: 'old' } }))).toBe(live);
    const once = applyPatch(live, patch({ tests: [{ test: 1, outcome: 'passed', duration_ms: 1 }] }));
    expect(applyPatch(once, patch({ tests: [{ test: 1, outcome: 'running', duration_ms: 0 }] }))).toBe(once);
  });
  it('about a test the report does not know is passed over', () => {
    expect(outcomes(applyPatch(live, patch({ tests: [{ test: 99, outcome: 'failed', duration_ms: 1 }] })))).toEqual(outcomes(live));
  });
  it('never turns the clock back', () => expect(applyPatch({ ...live, at_ms: 5_000 }, patch()).at_ms).toBe(5_000));
});

describe('flows', () => {
  const flows = [flowView({ outcome: 'pending', phases: [phaseView({ name: 'prepare', tests: [1], outcome: 'open' }), phaseView({ wait: true }), phaseView({ name: 'validate', tests: [2] })] })];
  const going = { ...live, report: { ...live.report, run: { ...live.report.run, flows } } };
  const open = { phase: 1, outcome: 'open', message: '', started_ms: 5_000, duration_ms: 0, deadline_ms: 65_000 };
  const done = { phase: 0, outcome: 'satisfied', message: '', started_ms: 0, duration_ms: 5_000, deadline_ms: 0 };
  const parked = patch({ flows: [{ flow: 0, outcome: 'pending', reason: '', active_ms: 0, waited_ms: 0, phases: [done, open] }] });
  it('are followed phase by phase, with what a patch does not say left as it was', () => {
    const next = applyPatch(going, parked);
    expect(next.report.run.flows[0]?.phases.map((phase) => phase.outcome)).toEqual(['satisfied', 'open', '']);
    expect(next.report.run.flows[0]?.phases[1]).toMatchObject({ name: 'backend', wait: true, started_ms: 5_000, deadline_ms: 65_000 });
    expect(parkedWaits(next.report.run.flows)).toEqual([{ flow: 0, phase: 1, since_ms: 5_000, deadline_ms: 65_000 }]);
    expect(going.report.run.flows).toBe(flows);
  });
  it('end, and what a newer report knows to have ended does not begin again', () => {
    const failed = { flow: 0, outcome: 'failed', reason: "wait 'backend' failed", active_ms: 400, waited_ms: 30_000, phases: [done, { ...open, outcome: 'failed', message: 'row 7', duration_ms: 30_000 }] };
    const next = applyPatch(applyPatch(going, parked), patch({ seq: 12, flows: [failed] }));
    expect(next.report.run.flows[0]).toMatchObject({ outcome: 'failed', reason: "wait 'backend' failed", waited_ms: 30_000 });
    expect(parkedWaits(next.report.run.flows)).toEqual([]);
    expect(untoldFlows(next.report)).toEqual([0]);
    expect(rebase(going, next.report, 0, [parked]).report.run.flows[0]?.outcome).toBe('failed');
  });
  it('whose deadline comes first stand first', () => {
    const wait = (started_ms: number, deadline_ms: number) => flowView({ phases: [phaseView({ wait: true, outcome: 'open', started_ms, deadline_ms })] });
    expect(parkedWaits([wait(1, 0), wait(2, 90), wait(0, 0), wait(3, 80)]).map(({ flow }) => flow)).toEqual([3, 1, 2, 0]);
  });
});

describe('workers', () => {
  it('come in by name, in the order people count', () => {
    const next = applyPatch(live, patch({ workers: [worker({ name: 'a/10' }), worker({ name: 'a/2' })] }));
    expect(next.workers.map((one) => one.name)).toEqual(['a/2', 'a/10']);
  });
  it('leave a span behind when they go on', () => {
    const first = applyPatch(live, patch({ workers: [worker()] }));
    const second = applyPatch(first, patch({ seq: 12, at_ms: 1_500, workers: [worker({ test: 2, since_ms: 1_450 })] }));
    expect(second.report.workers).toEqual([{ name: 'a/1', spans: [{ kind: 'test', start_ms: 1_000, end_ms: 1_450, test: 1, label: '' }], busy_ms: 450 }]);
    const third = applyPatch(second, patch({ seq: 13, at_ms: 2_000, workers: [worker({ state: 'idle', test: -1, since_ms: 1_900 })] }));
    expect(third.report.workers[0]?.spans.map((span) => span.test)).toEqual([1, 2]);
  });
  it('do not draw again what a newer report has drawn', () => {
    const drawn = { ...report, workers: [{ name: 'a/1', spans: [{ kind: 'test', start_ms: 1_000, end_ms: 1_450, test: 1, label: 'second' }], busy_ms: 450 }] };
    const first = { ...startLive(drawn, 10, 2), workers: [worker()] };
    expect(applyPatch(first, patch({ workers: [worker({ state: 'idle', test: -1, since_ms: 1_450 })] })).report.workers[0]?.spans).toHaveLength(1);
  });
  it('have no span for what leaves no mark', () => {
    expect(spanOf(worker({ state: 'idle', test: -1 }), 9_000)).toBeNull();
    expect(spanOf(worker({ test: -1 }), 9_000)).toBeNull();
    expect(spanOf(worker(), 1_000)).toBeNull();
    expect(spanOf(worker({ state: 'away' }), 2_000)).toMatchObject({ kind: 'lost', end_ms: 2_000, test: -1 });
  });
  it('are drawn on to the present instant, and only the latest of it', () => {
    const long = { ...report, workers: [{ name: 'a/1', spans: [{ kind: 'test', start_ms: 0, end_ms: 100, test: 0, label: '' }, { kind: 'test', start_ms: 500, end_ms: 900, test: 0, label: '' }], busy_ms: 500 }] };
    const shown = lanesUntil({ ...startLive(long, 10, 2), workers: [worker()] }, 3_000, 200);
    expect(shown.workers[0]?.spans.map((span) => [span.start_ms, span.end_ms])).toEqual([[500, 900], [1_000, 3_000]]);
    expect(shown.run.wall_ms).toBe(3_000);
  });
});

describe('a report that is read anew', () => {
  const fresh = reportView([passedTest(), failedTest(), pending('third')], { run: { verdict: 'running' } });
  it('takes over, and the patches that came meanwhile stay', () => {
    const since = [patch({ seq: 12, tests: [{ test: 2, outcome: 'running', duration_ms: 0 }], workers: [worker({ test: 2 })] })];
    const next = rebase({ ...live, seq: 12, workers: [worker()] }, fresh, 1, since);
    expect(outcomes(next)).toEqual(['passed', 'failed', 'running']);
    expect(next.report.tests[1]?.attempts[0]?.errors).toHaveLength(1);
    expect([next.seq, next.workers[0]?.test]).toEqual([12, 2]);
  });
  it('is not taken back by an older patch', () => {
    const next = rebase(live, fresh, 1, [patch({ tests: [{ test: 1, outcome: 'running', duration_ms: 0 }] })]);
    expect(outcomes(next)[1]).toBe('failed');
  });
  it('without patches keeps the place in the line', () => expect(rebase(live, fresh, 1, []).seq).toBe(10));
});
