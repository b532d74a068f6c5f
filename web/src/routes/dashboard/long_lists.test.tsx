// Lists that are longer than what is shown of them, while the server changes them or does not answer.
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api, Part } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import { readJobRow } from '../../model/job_row';
import { readWaitRow, type WaitRow } from '../../model/wait_row';
import { runRow, testApi } from '../../test/factories/api_factory';
import { DashboardRoute } from './dashboard_route';
import { forgetAll } from './use_loaded';

/** More than the time between two refreshes of any list, and less than twice of it. */
const REFRESH_MS = 4_500;
const BROKEN = /The line to the server is broken/;

async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}

async function show(path: string, api: Partial<Api>): Promise<void> {
  window.history.replaceState(null, '', path);
  render(<DashboardRoute api={testApi(api)} />);
  await pass(0);
}

/** Of that second; the later ones are the newer. */
const wait = (second: number, over: Partial<WaitRow> = {}): WaitRow => ({ ...readWaitRow({ wait_id: `w-${second}`, name: `approval ${second}`, state: 'parked', parked_at: new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString() }), ...over });

/** Hands them out as the server does. */
function partOf(waits: readonly WaitRow[], limit: number, before: string | null): Promise<Part<WaitRow>> {
  const from = waits.findIndex((one) => one.wait_id === before) + 1;
  const rows = waits.slice(from, from + limit);
  return Promise.resolve({ rows, next: from + limit < waits.length ? rows.at(-1)?.wait_id ?? null : null });
}

const note = (): string => screen.getByRole('heading', { level: 1, name: 'Waits' }).parentElement?.querySelector('p')?.textContent ?? '';
const names = (): string[] => within(screen.getByRole('table', { name: 'Waits' })).getAllByRole('link', { name: /^approval/ }).map((link) => link.textContent);

beforeEach(() => {
  forgetAll();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the waits', () => {
  const newestFirst = (count: number, over: Partial<WaitRow> = {}): WaitRow[] => Array.from({ length: count }, (_, at) => wait(count - at, over));
  it('are not said to be fewer than they are', async () => {
    let waits = newestFirst(260);
    await show('/waits', { waits: (_, limit, before) => partOf(waits, limit, before) });
    expect(note()).toBe('At least 100 waits, no worker is held by any.');
    waits = waits.slice(-1);
    await pass(REFRESH_MS);
    expect(note()).toBe('1 wait, no worker is held by any.');
    waits = [];
    await pass(REFRESH_MS);
    expect(note()).toBe('Nobody waits.');
  });
  it('are not said to be none while older ones may be open', async () => {
    const all = [...newestFirst(120, { state: 'over', outcome: 'satisfied' }), wait(0)];
    await show('/waits?state=all', { waits: (_, limit, before) => partOf(all, limit, before) });
    expect(screen.queryByText('Nobody waits.')).toBeNull();
  });
  it('are not said to be none while nobody knows', async () => {
    await show('/waits', { waits: () => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the server is starting')) });
    expect(screen.getByRole('alert').textContent).toContain('the server is starting');
    expect(screen.queryByText('Nobody waits.')).toBeNull();
  });
  it('leave the list when they are over, also where it goes on', async () => {
    let waits = newestFirst(130);
    await show('/waits', { waits: (_, limit, before) => partOf(waits, limit, before) });
    expect(names()[0]).toBe('approval 130');
    waits = waits.slice(1);
    await pass(REFRESH_MS);
    expect(names()[0]).toBe('approval 129');
    expect(screen.getByText('At least 100 waits, no worker is held by any.')).toBeTruthy();
  });
});

describe('a list whose server does not answer any more', () => {
  const down = (): Promise<never> => Promise.reject(new ApiProblem(0, 'The server cannot be reached', 'Failed to fetch'));
  const lists = [
    { path: '/runs', name: /all 2 tests passed/, answers: { runs: () => Promise.resolve({ rows: [runRow()], next: null }) }, silence: { runs: down } },
    { path: '/waits', name: /approval 1/, answers: { waits: () => Promise.resolve({ rows: [wait(1)], next: null }) }, silence: { waits: down } },
    { path: '/jobs', name: /j-7/, answers: { jobs: () => Promise.resolve({ rows: [readJobRow({ job_id: 'j-7', status: 'RUNNING' })], next: null }) }, silence: { jobs: down } },
  ] satisfies { path: string; name: RegExp; answers: Partial<Api>; silence: Partial<Api> }[];
  it.each(lists)('$path says so after the second refresh that fails, until the next answer', async ({ path, name, answers, silence }) => {
    const api = testApi(answers);
    window.history.replaceState(null, '', path);
    render(<DashboardRoute api={api} />);
    await pass(0);
    expect(screen.getByRole('link', { name })).toBeTruthy();
    Object.assign(api, silence);
    await pass(REFRESH_MS);
    expect(screen.queryByText(BROKEN)).toBeNull();
    await pass(REFRESH_MS);
    expect(screen.getByText(BROKEN)).toBeTruthy();
    expect(screen.getByRole('link', { name })).toBeTruthy();
    Object.assign(api, answers);
    await pass(REFRESH_MS);
    expect(screen.queryByText(BROKEN)).toBeNull();
  });
  it('is not blamed for a run that was removed', async () => {
    const newest = [runRow({ run_id: 'r-2' }), runRow({ run_id: 'r-1' })];
    const old = runRow({ run_id: 'r-0', verdict: 'running', headline: 'an old run', started_at: '2026-11-20T10:00:00Z' });
    const runs = vi.fn<Api['runs']>(() => Promise.resolve({ rows: [...newest, old], next: null }));
    await show('/runs', { runs, run: () => Promise.reject(new ApiProblem(410, 'Gone', "run 'r-0' was old and has been removed")) });
    expect(screen.getByRole('link', { name: /an old run/ })).toBeTruthy();
    runs.mockImplementation((_, __, before) => Promise.resolve(before === null ? { rows: newest, next: 'r-1' } : { rows: [], next: null }));
    await pass(2 * REFRESH_MS);
    expect([screen.queryByRole('link', { name: /an old run/ }), screen.queryByText(BROKEN)]).toEqual([null, null]);
  });
});

describe('the filters of the runs', () => {
  it('are both kept when one is chosen while another is typed', async () => {
    await show('/runs', {});
    fireEvent.change(screen.getByRole('combobox', { name: 'Branch' }), { target: { value: 'main' } });
    await pass(100);
    fireEvent.change(screen.getByRole('combobox', { name: 'Verdict' }), { target: { value: 'failed' } });
    await pass(1_000);
    expect(window.location.search).toBe('?branch=main&verdict=failed');
  });
});
