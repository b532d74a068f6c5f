import { act, renderHook, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Part } from '../../api/api';
import { forgetAll } from './use_loaded';
import { usePages } from './use_pages';

type Load = (before: string | null, signal: AbortSignal) => Promise<Part<number>>;

/** Ten numbers at a time, up to thirty. */
const thirty: Load = (before) => {
  const from = Number(before ?? 0);
  return Promise.resolve({ rows: Array.from({ length: 10 }, (_, at) => from + at), next: from < 20 ? String(from + 10) : null });
};

beforeEach(forgetAll);

describe('a list in parts', () => {
  it('goes on to its end, each part once', async () => {
    const load = vi.fn(thirty);
    const { result } = renderHook(() => usePages('a', load));
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
    const { result } = renderHook(() => usePages('a', load));
    await waitFor(() => expect(result.current.rows).toHaveLength(10));
    act(() => result.current.loadMore?.());
    act(() => result.current.change((rows) => [-1, ...rows]));
    act(() => answer({ rows: [10], next: null }));
    await waitFor(() => expect(result.current.rows).toHaveLength(12));
    expect([result.current.rows[0], result.current.rows.at(-1)]).toEqual([-1, 10]);
  });
  it('shows the rows of before until those of another question are here', async () => {
    const { result, rerender } = renderHook(({ name, load }) => usePages(name, load), { initialProps: { name: 'a', load: thirty } });
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
    const { result, rerender } = renderHook(({ name, load }: { name: string; load: Load }) => usePages(name, load), { initialProps: { name: 'a', load: () => new Promise<Part<number>>((done) => (late = done)) } });
    rerender({ name: 'b', load: () => Promise.resolve({ rows: [7], next: null }) });
    await waitFor(() => expect(result.current.rows).toEqual([7]));
    act(() => late({ rows: [1, 2, 3], next: null }));
    expect(result.current.rows).toEqual([7]);
  });
});
