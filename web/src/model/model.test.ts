import { describe, expect, it } from 'vitest';
import { attempt, failedTest, flakyTest, passedTest, screenshot, step, trace } from '../test/factories/test_factory';
import { reportView } from '../test/factories/report_factory';
import { demoReport } from '../test/factories/demo_report';
import { attachmentAddress, attachmentKind } from './attachments';
import { ledgerEntries, ledgerFault, ledgerSum, wallRatio } from './ledger';
import { LEDGER_WORDS, outcomeOfStatus, verdictLabel } from './outcome';
import { rerunCommand, traceCommand } from './rerun';
import { fullTitle, shortTitle, spokenTitle } from './titles';
import { waterfall } from './steps';
import { axisTicks, makeLanes, spanAt, spanOutcome, timeShares } from './timeline';
import { estimateRatio, summariseEstimates } from './units';
import { formatViewState, parseViewState, VIEW_STATE_DEFAULT } from './view_state';
import type { SpanView } from './report';

const span = (kind: string, start_ms: number, end_ms: number, test = -1): SpanView => ({ kind, start_ms, end_ms, test, label: '' });

describe('ledger', () => {
  const { ledger } = reportView([failedTest(), flakyTest(), ...Array.from({ length: 998 }, () => passedTest())]);

  it('has all eight words and shares that fill the bar', () => {
    const entries = ledgerEntries(ledger);
    expect(entries.map((entry) => entry.outcome).sort()).toEqual([...LEDGER_WORDS].sort());
    expect(entries.reduce((sum, entry) => sum + entry.share, 0)).toBeCloseTo(1);
    expect(ledgerSum(ledger)).toBe(1_000);
  });
  it('one failure among a thousand tests is wide enough to be seen', () => {
    expect(ledgerEntries(ledger).find((entry) => entry.outcome === 'failed')?.share).toBeGreaterThan(0.005);
  });
  it('says when it does not add up', () => {
    expect(ledgerFault(ledger, 1_000, 1_000)).toBeNull();
    expect(ledgerFault(ledger, 1_001, 1_000)).toBe('The ledger does not add up: 1001 planned, but its entries sum to 1000.');
    expect(ledgerFault(ledger, 1_000, 999)).toBe('The report lists 999 tests, but 1000 were planned.');
  });
  it('has no ratio without a bound', () => {
    expect(wallRatio(100, 0)).toBeNull();
    expect(wallRatio(110, 100)).toBeCloseTo(1.1);
  });
});

describe('outcomes', () => {
  it('an unknown status never looks green', () => {
    expect([outcomeOfStatus('interrupted'), outcomeOfStatus('timed_out'), outcomeOfStatus('weird')]).toEqual(['cancelled', 'timed_out', 'lost']);
    expect(verdictLabel('odd')).toBe("Unknown verdict 'odd'");
  });
});

describe('view state', () => {
  it('survives the address', () => {
    const state = { ...VIEW_STATE_DEFAULT, tab: 'timeline', query: 'pay & "by card" #1', outcomes: ['failed', 'flaky'], test: 'a|b › c' } as const;
    expect(parseViewState(formatViewState(state))).toEqual(state);
    expect(formatViewState(state)).toContain('outcome=failed,flaky');
  });
  it('defaults leave no trace, and what is unknown is ignored', () => {
    expect(formatViewState(VIEW_STATE_DEFAULT)).toBe('#');
    expect(parseViewState('#tab=nowhere&outcome=failed,odd&x=1')).toEqual({ ...VIEW_STATE_DEFAULT, outcomes: ['failed'] });
  });
});

describe('commands', () => {
  it('names the test by its whole title', () => {
    expect(rerunCommand(failedTest())).toBe('tamarack run --only "tests/checkout.spec.ts › Checkout › applies a voucher to the total"');
  });
  it('a title cannot break out of its quotes', () => {
    const test = passedTest({ spec: 'a', title_path: [`it's "$(rm)"`] });
    expect(fullTitle(test)).toBe(`a › it's "$(rm)"`);
    expect(fullTitle(passedTest({ spec: 'a', title_path: ['b'], parameters: 'chromium' }))).toBe('a › b [chromium]');
    const script = passedTest({ spec: 'units/a.sh', title_path: [] });
    expect([fullTitle(script), shortTitle(script), spokenTitle(script)]).toEqual(['units/a.sh', 'a.sh', 'a.sh']);
    expect(rerunCommand(test)).toBe(`tamarack run --only 'a › it'\\''s "$(rm)"'`);
    expect(traceCommand('a b/trace.zip')).toBe('npx playwright show-trace "a b/trace.zip"');
  });
});

describe('attachments', () => {
  it('knows pictures, traces and the rest', () => {
    expect([screenshot(), trace(), trace({ name: 'bundle', path: 'x.zip' })].map(attachmentKind)).toEqual(['image', 'trace', 'other']);
  });
  it.each([
    ['artifacts/a b#1.png', 'artifacts/a%20b%231.png'], ['javascript:alert(1)', null], ['https://a.example/x.png', null], ['/etc/passwd', null], ['//host/x', null], ['', null],
  ])('path %s becomes %s', (path, address) => expect(attachmentAddress(screenshot({ path }))).toBe(address));
  it('embedded bytes win, and only data addresses count as such', () => {
    expect(attachmentAddress(screenshot({ data_uri: 'data:image/png;base64,AA==' }))).toBe('data:image/png;base64,AA==');
    expect(attachmentAddress(screenshot({ data_uri: 'https://a.example' }))).toBeNull();
  });
});

describe('waterfall', () => {
  it('nests a step inside the one that encloses it', () => {
    const rows = waterfall(attempt({ started_ms: 1_000, duration_ms: 1_000, steps: [step('hooks', 1_000, 400), step('page', 1_100, 200), step('click', 1_400, 600)] }));
    expect(rows.map((row) => [row.step.title, row.depth, row.begin, row.length])).toEqual([['hooks', 0, 0, 0.4], ['page', 1, 0.1, 0.2], ['click', 0, 0.4, 0.6]]);
  });
  it('a step that outlives the attempt stays inside the bar', () => {
    const [row] = waterfall(attempt({ started_ms: 0, duration_ms: 100, steps: [step('late', 50, 150)] }));
    expect((row?.begin ?? 0) + (row?.length ?? 0)).toBeLessThanOrEqual(1);
  });
});

describe('timeline', () => {
  const spans = [span('app_start', 0, 100), span('test', 100, 300, 0), span('test', 320, 900, 0)];
  it('finds what is under the pointer, with a little tolerance', () => {
    expect(spanAt(spans, 150, 0)).toBe(spans[1]);
    expect(spanAt(spans, 310, 15)?.kind).toBe('test');
    expect(spanAt(spans, 5_000, 10)).toBeNull();
  });
  it('a retry is red first and green later', () => {
    const test = flakyTest({ attempts: [attempt({ status: 'failed', started_ms: 100, duration_ms: 200 }), attempt({ number: 2, started_ms: 320, duration_ms: 580 })] });
    const report = reportView([test]);
    expect(spans.map((one) => spanOutcome(report, one))).toEqual([null, 'failed', 'passed']);
  });
  it('time that no span covers is idle, outside of a lease', () => {
    const shares = timeShares([{ name: 'local/1', spans, busy_ms: 780 }], 1_000);
    expect(shares.find((share) => share.kind === 'idle')?.total_ms).toBe(100);
    expect(shares.reduce((sum, share) => sum + share.share, 0)).toBeCloseTo(1);
  });
  it('the framework at work from one test to the next is not called idle', () => {
    const lane = [span('test', 0, 100, 0), span('test', 150, 200, 1), span('framework_start', 260, 300), span('test', 300, 400, 2)];
    const shares = timeShares([{ name: 'local/1', spans: lane, busy_ms: 250 }], 500);
    const total = (kind: string): number | undefined => shares.find((share) => share.kind === kind)?.total_ms;
    expect([total('between'), total('idle'), total('test'), total('framework_start')]).toEqual([50, 160, 250, 40]);
  });
  it('ticks are round and few', () => {
    expect(axisTicks(0, 62_400, 8)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(axisTicks(61_000, 61_100, 6)).toEqual([61_000, 61_020, 61_040, 61_060, 61_080, 61_100]);
  });
  it('lanes are sorted by time whatever the order of the spans', () => {
    expect(makeLanes([{ name: 'w', spans: [spans[2], spans[0]] as SpanView[], busy_ms: 0 }])[0]?.spans.map((one) => one.start_ms)).toEqual([0, 320]);
  });
});

describe('units', () => {
  it('an estimate of zero is no estimate', () => {
    const { units } = demoReport();
    expect(estimateRatio({ ...units[0], estimate_ms: 0 } as (typeof units)[0])).toBeNull();
    expect(summariseEstimates(units).estimated).toBe(units.length - 1);
  });
});

describe('the demo report', () => {
  it('does not contradict itself', () => {
    const report = demoReport();
    expect(ledgerFault(report.ledger, report.run.planned, report.tests.length)).toBeNull();
    expect(new Set(report.tests.map((test) => test.id)).size).toBe(report.tests.length);
    for (const worker of report.workers) for (const one of worker.spans) expect(one.end_ms).toBeLessThanOrEqual(report.run.wall_ms);
  });
});
