import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../api/problem';
import { forgetAll, useLoaded } from './use_loaded';

const EVERY_MS = 1_500;

/** A line so slow that every answer takes this long; a request that is given up gets none. */
function slowLine(answer_ms: number) {
  let asked = 0;
  const given_up: number[] = [];
  const load = vi.fn((signal: AbortSignal) => new Promise<number>((done, fail) => {
    const number = ++asked;
    const giveUp = (): void => {
      clearTimeout(timer);
      given_up.push(number);
      fail(new DOMException('aborted', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      done(number);
    }, answer_ms);
    signal.addEventListener('abort', giveUp);
  }));
  return { load, given_up };
}

const pass = (ms: number): Promise<void> => act(async () => {
  await vi.advanceTimersByTimeAsync(ms);
});

beforeEach(() => {
  forgetAll();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a page shows', () => {
  it('comes over a line that answers slower than the page asks', async () => {
    const { load, given_up } = slowLine(4_000);
    const { result } = renderHook(() => useLoaded('wait w-1', load, EVERY_MS));
    await pass(4_000);
    expect([result.current.value, result.current.loading]).toEqual([1, false]);
    await pass(EVERY_MS - 1 + 4_000);
    expect(result.current.value).toBe(1);
    // The pause begins with the answer.
    await pass(EVERY_MS);
    expect([result.current.value, given_up]).toEqual([2, []]);
  });
  it('is asked for once more when it changed while a request was under way', async () => {
    const { load, given_up } = slowLine(1_000);
    const { result } = renderHook(() => useLoaded('job j-1', load));
    await pass(900);
    act(() => {
      result.current.reload();
      result.current.reload();
    });
    await pass(100);
    expect(result.current.value).toBe(1);
    await pass(1_000);
    expect([result.current.value, load.mock.calls.length, given_up]).toEqual([2, 2, []]);
    await pass(10_000);
    expect(load).toHaveBeenCalledTimes(2);
  });
  it('is given up when something else is wanted, and when the page is left', async () => {
    const { load, given_up } = slowLine(1_000);
    const { result, rerender, unmount } = renderHook(({ name }) => useLoaded(name, load, EVERY_MS), { initialProps: { name: 'a' } });
    await pass(500);
    act(() => result.current.reload());
    rerender({ name: 'b' });
    expect(given_up).toEqual([1]);
    await pass(1_000);
    expect([result.current.value, load.mock.calls.length]).toEqual([2, 2]);
    act(() => result.current.reload());
    unmount();
    await pass(10_000);
    expect([given_up, load.mock.calls.length]).toEqual([[1, 3], 3]);
  });
  it('stays when it cannot be asked for again, with the reason', async () => {
    const load = vi.fn(() => Promise.resolve(7));
    const { result } = renderHook(() => useLoaded('a', load, EVERY_MS));
    await pass(0);
    load.mockImplementation(() => Promise.reject(new ApiProblem(503, 'Service Unavailable', 'the server is starting')));
    await pass(EVERY_MS);
    expect([result.current.value, result.current.problem?.message]).toEqual([7, 'the server is starting']);
    load.mockImplementation(() => Promise.resolve(8));
    await pass(EVERY_MS);
    expect([result.current.value, result.current.problem]).toEqual([8, null]);
  });
  it('is not asked for while the page is out of sight, and at once when it is back', async () => {
    const load = vi.fn(() => Promise.resolve(7));
    renderHook(() => useLoaded('a', load, EVERY_MS));
    await pass(0);
    const sight = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await pass(10 * EVERY_MS);
    expect(load).toHaveBeenCalledTimes(1);
    sight.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(0);
    expect(load).toHaveBeenCalledTimes(2);
    await pass(EVERY_MS);
    expect(load).toHaveBeenCalledTimes(3);
  });
});
