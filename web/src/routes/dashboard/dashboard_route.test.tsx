import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import { readSession, readTokenRow } from '../../model/access';
import { readAgentRow } from '../../model/agent_row';
import { readExecution, readSpecFigures, readTestFigures, readTestHistory } from '../../model/test_history';
import { runRow, testApi } from '../../test/factories/api_factory';
import { reportView } from '../../test/factories/report_factory';
import { attempt, carriedTest, failedTest, passedTest, screenshot, trace, video } from '../../test/factories/test_factory';
import { navigate } from '../../ui/navigation';
import { DashboardRoute, leaveForLogin } from './dashboard_route';
import { forgetAll } from './use_loaded';

const at = (): string => window.location.pathname + window.location.search + window.location.hash;

function show(path: string, api: Partial<Api> = {}): void {
  window.history.replaceState(null, '', path);
  render(<DashboardRoute api={testApi(api)} />);
}

beforeEach(() => {
  forgetAll();
  window.history.replaceState(null, '', '/');
});

describe('the list of runs', () => {
  it('shows each run with its verdict in words', async () => {
    show('/', { runs: () => Promise.resolve({ rows: [runRow({ verdict: 'failed', headline: '1 of 2 tests failed' }), runRow({ run_id: 'r-0' })], next: null }) });
    expect(await screen.findByRole('link', { name: 'Failed: 1 of 2 tests failed' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Passed: all 2 tests passed' }).getAttribute('href')).toBe('/runs/r-0');
  });
  it('has its filters in the address, both ways', async () => {
    const runs = vi.fn<Api['runs']>(() => Promise.resolve({ rows: [], next: null }));
    show('/runs?project=shop&verdict=failed&text=cart', { runs });
    expect(await screen.findByText('No run matches these filters.')).toBeTruthy();
    expect(runs.mock.calls[0]?.[0]).toEqual({ project: 'shop', branch: '', verdict: 'failed', text: 'cart' });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Verdict' }), 'timed_out');
    expect(at()).toBe('/runs?project=shop&verdict=timed_out&text=cart');
    window.history.back();
    await waitFor(() => expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Verdict' }).value).toBe('failed'));
  });
  it('searches when the typing pauses', async () => {
    show('/runs');
    await userEvent.keyboard('/');
    await userEvent.keyboard('4be0');
    await waitFor(() => expect(at()).toBe('/runs?text=4be0'));
  });
  it('says what went wrong and tries again', async () => {
    const runs = vi.fn<Api['runs']>(() => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the database is locked')));
    show('/runs', { runs });
    expect((await screen.findByRole('alert')).textContent).toContain('the database is locked');
    runs.mockImplementation(() => Promise.resolve({ rows: [runRow()], next: null }));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: /all 2 tests passed/ })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('a run', () => {
  const report = reportView([failedTest(), passedTest()], { run: { verdict: 'failed', headline: '1 of 2 tests failed', project: 'shop' } });
  it('that has ended is shown as in the report', async () => {
    show('/runs/r-1', { run: () => Promise.resolve(runRow({ verdict: 'failed' })), report: () => Promise.resolve(report) });
    expect((await screen.findByRole('heading', { level: 1, name: '1 of 2 tests failed' })).textContent).toBe('1 of 2 tests failed');
    expect(screen.queryByRole('button', { name: 'Cancel run' })).toBeNull();
    await userEvent.click(screen.getByText('applies a voucher to the total'));
    expect(screen.getByRole('article')).toBeTruthy();
    expect(at()).toContain('/runs/r-1#test=');
    expect(document.title).toContain('shop · Tamarack');
  });
  it('that took over verdicts leads to the run they come from, and to the test there', async () => {
    const rerun = reportView([carriedTest({ id: 't9' }, 'r-0'), failedTest()], { run: { verdict: 'failed', project: 'shop' } });
    show('/runs/r-1#test=t9', { run: () => Promise.resolve(runRow({ verdict: 'failed' })), report: () => Promise.resolve(rerun) });
    const opened = await screen.findByRole('article');
    expect(within(opened).getByRole('link', { name: 'r-0' }).getAttribute('href')).toBe('/runs/r-0#test=t9');
    await userEvent.click(within(screen.getByRole('region', { name: 'Ledger' })).getByRole('link', { name: 'r-0' }));
    expect(at()).toBe('/runs/r-0');
  });
  it('that cannot be read for now is tried again on request', async () => {
    const run = vi.fn<Api['run']>(() => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the server is starting')));
    show('/runs/r-1', { run, report: () => Promise.resolve(report) });
    expect((await screen.findByRole('alert')).textContent).toContain('the server is starting');
    run.mockImplementation(() => Promise.resolve(runRow({ verdict: 'failed' })));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { level: 1, name: '1 of 2 tests failed' })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });
  it('that there is not says so', async () => {
    show('/runs/r-9', { run: () => Promise.reject(new ApiProblem(404, 'Not Found', "there is no run 'r-9'")) });
    expect((await screen.findByRole('alert')).textContent).toContain("there is no run 'r-9'");
  });
});

describe('tests and specs', () => {
  const figures = readTestFigures({ test_id: 't1', spec: 'tests/cart.spec.ts', title_path: ['Cart', 'adds an article'], runs: 20, flaky_rate: 0.25, last_outcome: 'odd', last_at: '2026-11-21T10:00:00Z' });
  it('an outcome that is not known does not look green', async () => {
    show('/projects/shop/tests', { tests: () => Promise.resolve({ rows: [figures], next: null }) });
    expect((await screen.findByRole('link', { name: /adds an article/ })).textContent).toMatch(/^last lost:/);
  });
  it('are sorted by the heads of the columns', async () => {
    const tests = vi.fn<Api['tests']>(() => Promise.resolve({ rows: [figures], next: null }));
    show('/projects/shop/tests', { tests });
    await screen.findByRole('link', { name: /adds an article/ });
    await userEvent.click(screen.getByRole('button', { name: 'Failures' }));
    expect(at()).toBe('/projects/shop/tests?sort=failures');
    await waitFor(() => expect(tests.mock.calls.at(-1)?.[2]).toBe('failures'));
  });
  it('a test shows its executions, its errors and where they ran', async () => {
    const executions = [{ run_id: 'r-2', at: '2026-11-21T10:00:00Z', outcome: 'failed', error: 'Error: no\nmore', duration_ms: 900 }, { run_id: 'r-1', at: '2026-11-20T10:00:00Z', outcome: 'passed', duration_ms: 400 }].map(readExecution);
    show('/projects/shop/tests/t1', { test: () => Promise.resolve({ ...figures, executions, quarantine: { owner: 'ada', reason: 'slow sandbox', expires_at: '' } }) });
    expect(await screen.findByRole('heading', { level: 1, name: /adds an article/ })).toBeTruthy();
    expect(within(screen.getByRole('region', { name: 'Errors' })).getByText('Error: no')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Quarantine' }).textContent).toContain('slow sandbox');
    expect(screen.getByRole('link', { name: 'failed' }).getAttribute('href')).toBe('/runs/r-2#test=t1');
    expect(document.title).toBe('adds an article · shop · Tamarack');
  });
  describe('what a test left behind', () => {
    const executions = [
      { run_id: 'r-4', at: '2026-11-21T12:00:00Z', outcome: 'passed' }, { run_id: 'r-3', at: '2026-11-21T11:00:00Z', outcome: 'flaky', branch: 'main' },
      { run_id: 'r-2', at: '2026-11-21T10:00:00Z', outcome: 'failed', error: 'Error: no' }, { run_id: 'r-1', at: '2026-11-20T10:00:00Z', outcome: 'passed' },
    ].map(readExecution);
    const test = (): ReturnType<Api['test']> => Promise.resolve({ ...figures, executions, quarantine: null });
    const blob = (name: string): string => `/blobs/shop/${'a1'.repeat(32)}/${name}?expires=1800000000&signature=ab`;
    const evidence = attempt({ status: 'failed', attachments: [screenshot({ path: blob('failed.png') }), video({ path: blob('video.webm') }), trace({ path: blob('trace.zip') })] });
    it('is that of the latest failure, with pictures, video and trace from the server', async () => {
      const runTest = vi.fn<Api['runTest']>(() => Promise.resolve(failedTest({ attempts: [evidence] })));
      show('/projects/shop/tests/t1', { test, runTest });
      const left = within(await screen.findByRole('region', { name: 'Evidence' }));
      const picture = await left.findByRole('button', { name: "Screenshot 'screenshot'" });
      expect(runTest.mock.calls.map((call) => call.slice(0, 2))).toEqual([['r-3', 't1']]);
      expect(within(picture).getByRole('img').getAttribute('src')).toBe(blob('failed.png'));
      expect(left.getByLabelText("Video 'video'").getAttribute('src')).toBe(blob('video.webm'));
      expect(left.getByRole('link', { name: /trace/ }).getAttribute('href')).toBe(blob('trace.zip'));
      expect(left.getByText(/^npx playwright show-trace '?"?http/).textContent).toContain(blob('trace.zip'));
      expect(left.getByRole('link', { name: 'r-3' }).getAttribute('href')).toBe('/runs/r-3#test=t1');
    });
    it('is that of the run in the address, and the choice goes there', async () => {
      const runTest = vi.fn<Api['runTest']>(() => Promise.resolve(failedTest()));
      show('/projects/shop/tests/t1?run=r-2', { test, runTest });
      const failures = within(await screen.findByRole('navigation', { name: 'Latest failures' }));
      expect(failures.getAllByRole('link').map((one) => one.getAttribute('aria-current'))).toEqual([null, 'true']);
      await userEvent.click(screen.getByRole('button', { name: 'Older execution' }));
      expect(at()).toBe('/projects/shop/tests/t1?run=r-1');
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Older execution' }).disabled).toBe(true);
      await userEvent.click(failures.getByRole('link', { name: /Flaky|flaky/ }));
      expect(at()).toBe('/projects/shop/tests/t1?run=r-3');
      await waitFor(() => expect(runTest.mock.calls.map((call) => call[0])).toEqual(['r-2', 'r-1', 'r-3']));
    });
    it('of a run that was removed is said to be gone, without alarm', async () => {
      show('/projects/shop/tests/t1', { test, runTest: () => Promise.reject(new ApiProblem(410, 'Gone', "run 'r-3' was old and has been removed on 2026-11-22")) });
      expect(await screen.findByText(/was old and has been removed/)).toBeTruthy();
      expect(screen.queryByRole('alert')).toBeNull();
    });
    it('stands where it ran when its verdict was carried', async () => {
      show('/projects/shop/tests/t1?run=r-4', { test, runTest: () => Promise.resolve(carriedTest({ id: 't1' }, 'r-1')) });
      const left = within(await screen.findByRole('region', { name: 'Evidence' }));
      expect((await left.findByRole('link', { name: 'r-1' })).getAttribute('href')).toBe('/projects/shop/tests/t1?run=r-1');
    });
    it('says so when there is nothing to see', async () => {
      show('/projects/shop/tests/t1', { test, runTest: () => Promise.resolve(failedTest({ attempts: [attempt({ status: 'failed' })] })) });
      expect(await screen.findByText(/It left no screenshot, video or trace/)).toBeTruthy();
    });
  });
  it('a test without executions says so', async () => {
    show('/projects/shop/tests/t1', { test: () => Promise.resolve(readTestHistory({ test_id: 't1', title_path: ['new'] })) });
    expect(await screen.findAllByText('It has no executions yet.')).toHaveLength(2);
  });
  it('specs are searched at once', async () => {
    show('/projects/shop/specs', { specs: () => Promise.resolve(['tests/cart.spec.ts', 'tests/mail.spec.ts'].map((spec) => readSpecFigures({ spec, last_outcome: 'passed' }))) });
    await screen.findByRole('link', { name: /cart/ });
    await userEvent.type(screen.getByRole('textbox', { name: 'Search specs' }), 'mail');
    await waitFor(() => expect(screen.queryByRole('link', { name: /cart/ })).toBeNull());
    expect(at()).toBe('/projects/shop/specs?text=mail');
  });
});

describe('agents and tokens', () => {
  const agents = () => Promise.resolve([readAgentRow({ agent: 'ci-1', state: 'idle', workers: 4 })]);
  it('an admin drains an agent', async () => {
    const drain = vi.fn(() => Promise.resolve());
    show('/agents', { agents, drain });
    await userEvent.click(await screen.findByRole('button', { name: 'Drain ci-1' }));
    expect(drain).toHaveBeenCalledWith('ci-1', true);
    expect(await screen.findByText('ci-1 takes no new run')).toBeTruthy();
  });
  it('a viewer may not, and is not led to the tokens', async () => {
    show('/agents', { agents, session: () => Promise.resolve(readSession({ role: 'viewer', name: 'wall' })) });
    await screen.findByText('ci-1');
    await screen.findByText('wall');
    expect(screen.queryByRole('button', { name: /Drain/ })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Tokens' })).toBeNull();
  });
  it('a token is shown once, with a way to copy it', async () => {
    const makeToken = vi.fn<Api['makeToken']>(() => Promise.resolve({ id: 'k9', token: 'tmk_secret', previous_ends_at: '' }));
    show('/tokens', { makeToken });
    await userEvent.type(await screen.findByLabelText('Name'), ' gitlab ');
    await userEvent.click(screen.getByRole('button', { name: 'Make token' }));
    expect(makeToken).toHaveBeenCalledWith({ name: 'gitlab', project: '*', role: 'runner', days: 90 });
    expect(await screen.findByText('tmk_secret')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy the token' })).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Done' }));
    expect(screen.queryByText('tmk_secret')).toBeNull();
  });
  it('a token gets a new secret, shown once, and the page tells when the old one stops', async () => {
    const ends_at = new Date(Date.now() + 3_600_000 + 900).toISOString();
    const rotateToken = vi.fn<Api['rotateToken']>(() => Promise.resolve({ id: 'k1', token: 'tmk_fresh', previous_ends_at: ends_at }));
    let changed = false;
    const tokens = (): ReturnType<Api['tokens']> => Promise.resolve([readTokenRow({ id: 'k1', name: 'ci', previous_ends_at: changed ? ends_at : null })]);
    show('/tokens', { rotateToken: (id, grace_ms) => {
      changed = true;
      return rotateToken(id, grace_ms);
    }, tokens });
    await userEvent.click(await screen.findByRole('button', { name: 'New secret for ci' }));
    expect(rotateToken).not.toHaveBeenCalled();
    await userEvent.selectOptions(within(screen.getByRole('dialog')).getByLabelText('The old secret stays valid'), '1 day');
    await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'New secret' }));
    expect(rotateToken).toHaveBeenCalledWith('k1', 86_400_000);
    expect(await screen.findByText('tmk_fresh')).toBeTruthy();
    expect(screen.getByRole('status', { name: 'The new secret' }).textContent).toMatch(/The old one stops in (1.h 00.m|60.m|59.m)/);
    await userEvent.click(screen.getByRole('button', { name: 'Done' }));
    expect(screen.queryByText('tmk_fresh')).toBeNull();
    expect(await screen.findByText(/the old secret stops/)).toBeTruthy();
  });
  it('a token that is of no use gets no new secret', async () => {
    show('/tokens', { tokens: () => Promise.resolve([readTokenRow({ id: 'k1', name: 'ci', revoked: true }), readTokenRow({ id: 'k2', name: 'old', expires_at: '2020-01-01T00:00:00Z' })]) });
    await screen.findByText('old');
    expect(screen.queryByRole('button', { name: /^New secret/ })).toBeNull();
  });
  it('a token is revoked only after a question', async () => {
    const revokeToken = vi.fn(() => Promise.resolve());
    show('/tokens', { revokeToken, tokens: () => Promise.resolve([readTokenRow({ id: 'k1', name: 'old laptop' })]) });
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke old laptop' }));
    expect(revokeToken).not.toHaveBeenCalled();
    await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Revoke' }));
    expect(revokeToken).toHaveBeenCalledWith('k1');
  });
});

describe('signing in', () => {
  it('leads back to where one was', async () => {
    let signed = false;
    const session: Api['session'] = () => signed ? Promise.resolve(readSession({ role: 'viewer', name: 'wall' })) : Promise.reject(new ApiProblem(401, 'Unauthorized', 'a token is needed'));
    show('/runs?verdict=failed', { session, signIn: () => {
      signed = true;
      return Promise.resolve();
    } });
    leaveForLogin();
    expect(at()).toBe('/login?back=/runs%3Fverdict%3Dfailed');
    await userEvent.type(await screen.findByLabelText('Token'), 'tmk_x{Enter}');
    await waitFor(() => expect(at()).toBe('/runs?verdict=failed'));
    expect(await screen.findByText('wall')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Sign out wall, viewer' }), 'the name is also where a phone has no room for it').toBeTruthy();
  });
  it('with a wrong token says so and stays', async () => {
    const refuse = (): Promise<never> => Promise.reject(new ApiProblem(401, 'Unauthorized', 'x'));
    show('/login', { session: refuse, signIn: refuse });
    await userEvent.type(await screen.findByLabelText('Token'), 'tmk_wrong{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('This token is not valid, has ended, or was revoked.');
    expect(at()).toBe('/login');
  });
  it('is skipped where nobody is asked', async () => {
    show('/login', { session: () => Promise.resolve(readSession({ role: 'admin', open: true })) });
    await waitFor(() => expect(at()).toBe('/'));
    expect(screen.queryByRole('button', { name: 'Sign out' })).toBeNull();
  });
});

describe('the frame', () => {
  it('has landmarks, a way past the head, and help on ?', async () => {
    show('/agents');
    expect(screen.getByRole('navigation', { name: 'Pages' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Agents' }).getAttribute('aria-current')).toBe('page');
    await userEvent.click(screen.getByText('Skip to the content'));
    expect(document.activeElement).toBe(screen.getByRole('main'));
    await userEvent.keyboard('?');
    expect(screen.getByRole('dialog', { name: 'Keys' })).toBeTruthy();
  });
  it('g and a letter go to a page, and the focus goes along', async () => {
    show('/runs');
    await screen.findByRole('link', { name: 'Tests' });
    await userEvent.keyboard('ga');
    expect(at()).toBe('/agents');
    expect(document.activeElement).toBe(screen.getByRole('main'));
    await userEvent.keyboard('gt');
    expect(at()).toBe('/projects/shop/tests');
  });
  it('the title is that of the page, also of one that was seen before', async () => {
    show('/projects/shop/tests/t1', { test: () => Promise.resolve(readTestHistory({ test_id: 't1', title_path: ['adds an article'] })) });
    await waitFor(() => expect(document.title).toBe('adds an article · shop · Tamarack'));
    act(() => navigate('/agents'));
    expect(document.title).toBe('Agents · Tamarack');
    act(() => navigate('/projects/shop/tests/t1'));
    expect(document.title).toBe('adds an article · shop · Tamarack');
  });
  it('the title of a run does not stay when there is no such other run', async () => {
    const run: Api['run'] = (id) => id === 'r-1' ? Promise.resolve(runRow()) : Promise.reject(new ApiProblem(404, 'Not Found', 'there is no such run'));
    show('/runs/r-1', { run, report: () => Promise.resolve(reportView([], { run: { project: 'shop', headline: 'all 2 tests passed' } })) });
    await waitFor(() => expect(document.title).toBe('all 2 tests passed · shop · Tamarack'));
    act(() => navigate('/runs/r-9'));
    await screen.findByText('There is no such run');
    expect(document.title).toBe('Run · Tamarack');
  });
  it('an address without a page says so', () => {
    show('/nowhere');
    expect(screen.getByRole('alert').textContent).toContain('There is no such page');
  });
});
