import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import { readSession } from '../../model/access';
import { readJobRow, type WrittenJob } from '../../model/job_row';
import { readWaitRow, type WrittenWait } from '../../model/wait_row';
import { testApi } from '../../test/factories/api_factory';
import { DashboardRoute } from './dashboard_route';
import { forgetAll } from './use_loaded';

function show(path: string, api: Partial<Api> = {}): void {
  window.history.replaceState(null, '', path);
  render(<DashboardRoute api={testApi(api)} />);
}

const viewer = () => Promise.resolve(readSession({ role: 'viewer', name: 'wall' }));
const running: WrittenJob = { job_id: 'j-7', project: 'shop', kind: 'process', processor: 'resize', status: 'RUNNING', stage: 'DATA_FETCHING', progress: 40, submitted_at: '2026-11-21T10:00:00Z' };

beforeEach(() => forgetAll());

describe('jobs', () => {
  it('a file is submitted to a processor, and its job is opened', async () => {
    const submitJob = vi.fn(() => Promise.resolve('j-7'));
    show('/jobs', { submitJob, job: () => Promise.resolve(readJobRow(running)) });
    const file = new File(['a,b'], 'large_dataset.csv', { type: 'text/csv' });
    const button: HTMLButtonElement = await screen.findByTestId('submit-button');
    expect(button.disabled).toBe(true);
    await userEvent.upload(screen.getByTestId('data-file-uploader'), file);
    await userEvent.type(screen.getByLabelText('Processor'), 'resize');
    await userEvent.click(button);
    expect(submitJob).toHaveBeenCalledWith(file, 'resize');
    expect(await screen.findByRole('heading', { level: 1, name: /running.*j-7/ })).toBeTruthy();
    expect(window.location.pathname).toBe('/jobs/j-7');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
  });
  it('a refusal is said, and nothing is opened', async () => {
    show('/jobs', { submitJob: () => Promise.reject(new ApiProblem(413, 'Too large', 'at most 1 MB')) });
    await userEvent.upload(await screen.findByTestId('data-file-uploader'), new File(['x'], 'x.csv'));
    await userEvent.click(screen.getByTestId('submit-button'));
    expect((await screen.findByRole('alert')).textContent).toContain('at most 1 MB');
    expect(window.location.pathname).toBe('/jobs');
  });
  it('a viewer sees them and submits none', async () => {
    show('/jobs', { session: viewer, jobs: () => Promise.resolve({ rows: [readJobRow(running)], next: null }) });
    await screen.findByRole('link', { name: 'j-7' });
    await screen.findByText('wall');
    expect(screen.queryByTestId('submit-button')).toBeNull();
  });
  it('each step brings the page up to date, until the result stands there', async () => {
    let changed: () => void = () => undefined;
    let job: WrittenJob = running;
    show('/jobs/j-7', {
      job: () => Promise.resolve(readJobRow(job)),
      followJob: (_, told) => {
        changed = told;
        return () => undefined;
      },
    });
    await screen.findByText(/DATA_FETCHING, for/);
    job = { ...running, status: 'COMPLETED', ended_at: '2026-11-21T10:00:30Z', result: { rows: 12 }, result_url: '/api/v1/jobs/j-7/result' };
    changed();
    expect((await screen.findByTestId('analysis-result')).textContent).toContain('"rows": 12');
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
  });
  it('a failure shows the backend’s own words', async () => {
    show('/jobs/j-7', { job: () => Promise.resolve(readJobRow({ ...running, status: 'FAILED', error: 'row 7 is no number' })) });
    expect((await screen.findByTestId('analysis-error')).textContent).toContain('row 7 is no number');
    expect(screen.queryByTestId('analysis-result')).toBeNull();
  });
  it('one is cancelled after a question', async () => {
    const cancelJob = vi.fn(() => Promise.resolve());
    show('/jobs/j-7', { job: () => Promise.resolve(readJobRow(running)), cancelJob });
    await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel job' }));
    expect(cancelJob).toHaveBeenCalledWith('j-7');
  });
});

const asked: WrittenWait = {
  wait_id: 'r-1-f0-p1', project: 'shop', name: 'release › approval', owner: 'run r-1', state: 'parked', parked_at: '2026-11-21T10:00:00Z', deadline: '2026-11-22T10:00:00Z',
  conditions: [{ name: 'approval', source: 'signal', target: 'approve-7' }],
};

describe('waits', () => {
  it('say who waits for what', async () => {
    const waits = vi.fn<Api['waits']>(() => Promise.resolve({ rows: [readWaitRow(asked)], next: null }));
    show('/waits', { waits });
    expect(await screen.findByRole('link', { name: 'release › approval' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'r-1' }).getAttribute('href')).toBe('/runs/r-1');
    expect(waits.mock.calls[0]?.[0]).toBe('');
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'State' }), 'over');
    await waitFor(() => expect(waits.mock.calls.at(-1)?.[0]).toBe('over'));
    expect(window.location.search).toBe('?state=over');
  });
  it('a person approves, with a comment', async () => {
    const signal = vi.fn<Api['signal']>(() => Promise.resolve());
    show('/waits/r-1-f0-p1', { wait: () => Promise.resolve(readWaitRow(asked)), signal });
    await userEvent.type(await screen.findByLabelText('Comment'), 'looks right');
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
    expect(signal).toHaveBeenCalledWith('approve-7', 'shop', { decision: 'approved', comment: 'looks right' });
  });
  it('or rejects', async () => {
    const signal = vi.fn<Api['signal']>(() => Promise.resolve());
    show('/waits/r-1-f0-p1', { wait: () => Promise.resolve(readWaitRow(asked)), signal });
    await userEvent.click(await screen.findByRole('button', { name: 'Reject' }));
    expect(signal).toHaveBeenCalledWith('approve-7', 'shop', { decision: 'rejected', comment: '' });
  });
  it('a viewer may not', async () => {
    show('/waits/r-1-f0-p1', { wait: () => Promise.resolve(readWaitRow(asked)), session: viewer });
    await screen.findByText('wall');
    expect(await screen.findByText(/runners may answer/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  });
  it('what came of one shows its evidence', async () => {
    const over: WrittenWait = {
      ...asked, state: 'over', outcome: 'failed', message: 'the backend says: row 7 is no number', waited_ms: 12_300, excerpt: '{"status":"FAILED"}', captures: { job_id: 'j-7' },
      conditions: [{ name: 'backend', source: 'outside', target: 'http://app/jobs/7', status: 'FAILED', over: true, outcome: 'failed' }], notes: [{ at: '2026-11-21T10:00:01Z', what: 'seen', text: 'RUNNING' }],
    };
    show('/waits/r-1-f0-p1', { wait: () => Promise.resolve(readWaitRow(over)) });
    expect((await screen.findByRole('heading', { level: 1 })).textContent).toMatch(/^failed/);
    expect(screen.getByText(/row 7 is no number/)).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Captured' }).textContent).toContain('j-7');
    expect(screen.getByRole('region', { name: 'What was seen' }).textContent).toContain('RUNNING');
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
  });
  it('an outcome that is not known does not look green', async () => {
    show('/waits/r-1-f0-p1', { wait: () => Promise.resolve(readWaitRow({ ...asked, state: 'over', outcome: 'odd' })) });
    const heading = await screen.findByRole('heading', { level: 1 });
    expect(heading.querySelector('.outcome-word')?.getAttribute('style')).toContain('--ink-lost');
  });
});
