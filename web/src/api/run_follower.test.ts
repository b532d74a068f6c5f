import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReportView } from '../model/report';
import { TestLine } from '../test/event_line';
import { runRow, testApi } from '../test/factories/api_factory';
import { flowView, phaseView } from '../test/factories/flow_report';
import { reportView } from '../test/factories/report_factory';
import { failedTest, passedTest, testView } from '../test/factories/test_factory';
import type { Api } from './api';
import { ApiProblem } from './problem';
import { followOneRun, NOT_READ_YET, type FollowedRun } from './run_follower';

const open = testView({ id: 'open', title_path: ['open'], outcome: 'pending', attempts: [] });
const going = (): ReportView => reportView([passedTest(), open], { run: { verdict: 'running', headline: '1 of 2 tests finished' } });
const ended = (): ReportView => reportView([passedTest(), failedTest()], { run: { verdict: 'failed', headline: '1 of 2 tests failed' } });

describe('following a run', () => {
  let state: FollowedRun;
  let line: TestLine;
  let stop = (): void => undefined;
  const follow = (api: Partial<Api>): void => {
    stop = followOneRun(testApi(api), 'r-1', () => (line = new TestLine()), (next) => (state = next));
  };
  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const outcomes = (): string[] => state.live?.report.tests.map((test) => test.outcome) ?? [];
  beforeEach(() => {
    vi.useFakeTimers();
    state = NOT_READ_YET;
    line = new TestLine();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('that has ended reads its report once and opens no line', async () => {
    const report = vi.fn(() => Promise.resolve(ended()));
    line.readyState = 99;
    follow({ run: () => Promise.resolve(runRow({ verdict: 'failed' })), report });
    await settle(60_000);
    expect(report).toHaveBeenCalledOnce();
    expect([line.readyState, state.connection, state.live?.report.run.verdict]).toEqual([99, 'none', 'failed']);
  });
  it('that goes on shows its row at once, then the report, then each patch', async () => {
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report: () => Promise.resolve(going()) });
    await settle();
    expect([state.row?.verdict, state.live]).toEqual(['running', null]);
    line.tell('open');
    line.tell('snapshot', { seq: 5 });
    await settle();
    expect([state.connection, outcomes()]).toEqual(['live', ['passed', 'pending']]);
    line.tell('patch', { seq: 6, tests: [{ test: 1, outcome: 'running' }] });
    line.tell('patch', { seq: 7, run: { headline: 'two' } });
    expect(outcomes()).toEqual(['passed', 'pending']);
    await settle(200);
    expect([outcomes(), state.live?.report.run.headline, state.live?.seq]).toEqual([['passed', 'running'], 'two', 7]);
  });
  it('keeps its clock when the report is read again, which may have been written long ago', async () => {
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report: () => Promise.resolve(going()) });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    line.tell('patch', { seq: 6, at_ms: 300_000, tests: [{ test: 1, outcome: 'failed' }] });
    line.tell('looks', { waits: [{ flow: 0, phase: 1, next_look_ms: 301_000 }] });
    await settle(200);
    const { heard_at } = state;
    await settle(5_000);
    expect([state.live?.at_ms, state.heard_at]).toEqual([300_000, heard_at]);
    expect(state.looks).toEqual([{ flow: 0, phase: 1, next_look_ms: 301_000 }]);
  });
  it('does not lose a patch that comes while the report is read', async () => {
    let answer: (report: ReportView) => void = () => undefined;
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report: () => new Promise((done) => (answer = done)) });
    await settle();
    line.tell('snapshot', { seq: 5 });
    line.tell('patch', { seq: 6, tests: [{ test: 1, outcome: 'running' }] });
    await settle(500);
    answer(going());
    await settle(500);
    expect([outcomes(), state.live?.seq]).toEqual([['passed', 'running'], 6]);
  });
  it('fetches the evidence of a failure soon, and not for every test', async () => {
    const report = vi.fn(() => Promise.resolve(going()));
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    line.tell('patch', { seq: 6, tests: [{ test: 0, outcome: 'passed' }] });
    await settle(5_000);
    expect(report).toHaveBeenCalledTimes(1);
    report.mockImplementation(() => Promise.resolve(reportView([passedTest(), failedTest()], { run: { verdict: 'running' } })));
    line.tell('patch', { seq: 7, tests: [{ test: 1, outcome: 'failed' }] });
    line.tell('patch', { seq: 8, tests: [{ test: 1, outcome: 'failed' }] });
    await settle(5_000);
    expect(report).toHaveBeenCalledTimes(2);
    expect(state.live?.report.tests[1]?.attempts[0]?.errors).toHaveLength(1);
  });
  it('counts flows as entries, and fetches the evidence of one that a wait ended', async () => {
    const flows = [flowView({ outcome: 'pending', phases: [phaseView({ wait: true, outcome: 'open' })] })];
    const with_flows = (): ReportView => reportView([passedTest(), testView({ id: 'in', flow: 0, outcome: 'pending', attempts: [] })], { run: { verdict: 'running', planned: 2, flows } });
    const report = vi.fn(() => Promise.resolve(with_flows()));
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    expect(state.live?.pending).toBe(1);
    line.tell('patch', { seq: 6, flows: [{ flow: 0, outcome: 'failed', reason: 'row 7', phases: [{ phase: 0, outcome: 'failed', message: 'row 7' }] }] });
    await settle(200);
    expect(state.live?.report.run.flows[0]).toMatchObject({ outcome: 'failed', reason: 'row 7', phases: [{ outcome: 'failed', message: 'row 7' }] });
    await settle(3_000);
    expect(report).toHaveBeenCalledTimes(2);
  });
  it('fetches what passed tests leave behind without hurry', async () => {
    const report = vi.fn(() => Promise.resolve(going()));
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    for (let seq = 6; seq < 40; seq += 1) line.tell('patch', { seq, tests: [{ test: 0, outcome: 'passed' }] });
    await settle(16_000);
    expect(report).toHaveBeenCalledTimes(2);
  });
  it('reads the report again after a gap', async () => {
    const report = vi.fn(() => Promise.resolve(going()));
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    line.tell('snapshot', { seq: 90 });
    await settle();
    expect([report.mock.calls.length, state.live?.seq]).toEqual([2, 90]);
  });
  it('at the end shows the last word of the server', async () => {
    const report = vi.fn(() => Promise.resolve(going()));
    const run = vi.fn(() => Promise.resolve(runRow({ verdict: 'running' })));
    follow({ run, report });
    await settle();
    line.tell('snapshot', { seq: 5 });
    await settle();
    report.mockImplementation(() => Promise.resolve(ended()));
    run.mockImplementation(() => Promise.resolve(runRow({ verdict: 'failed' })));
    line.tell('end');
    await settle();
    expect([state.live?.report.run.verdict, state.row?.verdict, state.connection, line.closed]).toEqual(['failed', 'failed', 'none', true]);
  });
  it('without a snapshot reads the report all the same', async () => {
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report: () => Promise.resolve(going()) });
    await settle(4_100);
    expect(outcomes()).toEqual(['passed', 'pending']);
  });
  it('asks now and then where the line is refused, up to the end', async () => {
    const report = vi.fn(() => Promise.resolve(going()));
    const run = vi.fn(() => Promise.resolve(runRow({ verdict: 'running' })));
    follow({ run, report });
    await settle();
    line.fail(true);
    await settle(10);
    expect([outcomes(), state.connection]).toEqual([['passed', 'pending'], 'broken']);
    await settle(1_000);
    report.mockImplementation(() => Promise.resolve(ended()));
    run.mockImplementation(() => Promise.resolve(runRow({ verdict: 'failed' })));
    line.fail(true);
    await settle(10);
    expect([state.live?.report.run.verdict, state.connection]).toEqual(['failed', 'none']);
    const before = run.mock.calls.length;
    await settle(60_000);
    expect(run).toHaveBeenCalledTimes(before);
  });
  it('says why there is nothing to see', async () => {
    follow({ run: () => Promise.reject(new ApiProblem(404, 'Not Found', "there is no run 'r-1'")) });
    await settle();
    expect(state.problem?.status).toBe(404);
  });
  it('that is left says nothing more', async () => {
    follow({ run: () => Promise.resolve(runRow({ verdict: 'running' })), report: () => Promise.resolve(going()) });
    await settle();
    line.tell('snapshot', { seq: 5 });
    stop();
    await settle(10_000);
    expect([state.live, line.closed]).toEqual([null, true]);
  });
});
