import { act, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Part } from '../../api/api';
import { ApiProblem } from '../../api/problem';
import type { ListOrder } from './renew_head';
import { forgetAll } from './use_loaded';
import { usePages } from './use_pages';

type Load = (before: string | null, signal: AbortSignal) => Promise<Part<number>>;

const ORDER: ListOrder<number> = { id: String, at: (row) => String(5_000 - row) };
const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** Ten numbers at a time, up to thirty. */
const thirty: Load = (before) => {
  const from = Number(before ?? 0);
  return Promise.resolve({ rows: Array.from({ length: 10 }, (_, at) => from + at), next: from < 20 ? String(from + 10) : null });
};

beforeEach(forgetAll);
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a list in parts', () => {
  it('goes on to its end, each part once', async () => {
    const load = vi.fn(thirty);
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    act(() => {
      result.current.loadMore?.();
      result.current.loadMore?.();
    });
    await waitFor(() => expect(result.current.rows).toHaveLength(20));
    act(() => result.current.loadMore?.());
    await waitFor(() => expect(result.current.loadMore).toBeNull());
    expect(result.current.rows).toEqual(Array.from({ length: 30 }, (_, at) => at));
    expect(load).toHaveBeenCalledTimes(3);
  });
  it('keeps what came in at the front while a part was under way', async () => {
    let answer: (part: Part<number>) => void = () => undefined;
    const load: Load = (before, signal) => before === null ? thirty(before, signal) : new Promise((done) => (answer = done));
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    act(() => result.current.loadMore?.());
    act(() => result.current.change((rows) => [-1, ...rows]));
    act(() => answer({ rows: [10], next: null }));
    await waitFor(() => expect(result.current.rows).toHaveLength(12));
    expect([result.current.rows[0], result.current.rows.at(-1)]).toEqual([-1, 10]);
  });
  it('shows the rows of before until those of another question are here', async () => {
    const { result, rerender } = renderHook(({ name, load }) => usePages(name, load, ORDER), { initialProps: { name: 'a', load: thirty } });
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    let answer: (part: Part<number>) => void = () => undefined;
    rerender({ name: 'b', load: () => new Promise((done) => (answer = done)) });
    expect([result.current.rows.length, result.current.loading]).toEqual([10, true]);
    act(() => answer({ rows: [7], next: null }));
    await waitFor(() => expect(result.current.rows).toEqual([7]));
    rerender({ name: 'a', load: thirty });
    expect([result.current.rows.length, result.current.loading]).toEqual([10, false]);
  });
  it('does not show the answer to a question that was given up', async () => {
    let late: (part: Part<number>) => void = () => undefined;
    const { result, rerender } = renderHook(({ name, load }: { name: string; load: Load }) => usePages(name, load, ORDER), { initialProps: { name: 'a', load: () => new Promise<Part<number>>((done) => (late = done)) } });
    rerender({ name: 'b', load: () => Promise.resolve({ rows: [7], next: null }) });
    await waitFor(() => expect(result.current.rows).toEqual([7]));
    act(() => late({ rows: [1, 2, 3], next: null }));
    expect(result.current.rows).toEqual([7]);
  });
  it('that was left for long keeps its length, and only its beginning is asked for again', async () => {
    const began = Date.now();
    const first = renderHook(() => usePages('a', thirty, ORDER));
    await waitFor(() => expect(first.result.current.rows).toHaveLength(10));
    act(() => first.result.current.loadMore?.());
    await waitFor(() => expect(first.result.current.rows).toHaveLength(20));
    first.unmount();
    vi.spyOn(Date, 'now').mockReturnValue(began + 120_000);
    // Meanwhile one came in front, and one went.
    const load = vi.fn<Load>(() => Promise.resolve({ rows: [-1, ...numbers(1, 9)], next: '10' }));
    const { result } = renderHook(() => usePages('a', load, ORDER));
    expect([result.current.rows.length, result.current.loading]).toEqual([20, false]);
    await waitFor(() => expect(result.current.rows).toEqual([-1, ...numbers(1, 19)]));
    load.mockImplementation(thirty);
    act(() => result.current.loadMore?.());
    await waitFor(() => expect(result.current.rows).toEqual([-1, ...numbers(1, 29)]));
    expect(load.mock.calls.map(([before]) => before)).toEqual([null, '20']);
  });
  it('asks again for the part that did not come, and keeps the others', async () => {
    const load = vi.fn(thirty);
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    load.mockImplementation(() => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the database is locked')));
    act(() => result.current.loadMore?.());
    await waitFor(() => expect(result.current.problem?.status).toBe(503));
    expect(result.current.rows).toHaveLength(10);
    load.mockImplementation(thirty);
    act(() => result.current.reload());
    await waitFor(() => expect(result.current.rows).toEqual(numbers(0, 20)));
    expect([result.current.problem, load.mock.calls.map(([before]) => before)]).toEqual([null, [null, '10', '10']]);
  });
  it('begins anew when the server does not know the place any more', async () => {
    const load = vi.fn(thirty);
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    load.mockImplementation((before) => before === null ? Promise.resolve({ rows: [7, 8], next: null }) : Promise.reject(new ApiProblem(400, 'Bad Request', 'what it names is gone by now')));
    act(() => result.current.loadMore?.());
    await waitFor(() => expect(result.current.problem?.status).toBe(400));
    act(() => result.current.reload());
    await waitFor(() => expect([result.current.rows, result.current.loadMore, result.current.problem]).toEqual([[7, 8], null, null]));
  });
  it('has a beginning that came by another way, too', async () => {
    const load = vi.fn<Load>(() => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the server is starting')));
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.problem?.status).toBe(503));
    act(() => result.current.renew({ rows: [1], next: null }));
    expect([result.current.rows, result.current.problem, result.current.loading]).toEqual([[1], null, false]);
  });
  it('drops a part that does not follow any more', async () => {
    let answer: (part: Part<number>) => void = () => undefined;
    const load: Load = (before, signal) => before === null ? thirty(before, signal) : new Promise((done) => (answer = done));
    const { result } = renderHook(() => usePages('a', load, ORDER));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    act(() => result.current.loadMore?.());
    act(() => result.current.renew({ rows: numbers(-90, 10), next: '-80' }));
    await act(async () => {
      answer({ rows: numbers(10, 10), next: '20' });
      await Promise.resolve();
    });
    expect(result.current.rows).toEqual(numbers(-90, 10));
  });
});
