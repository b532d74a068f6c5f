import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestLine } from '../test/event_line';
import { followRun, readLooks, readPatch, type LiveListener } from './live_events';

describe('a patch as it is sent', () => {
  it('is read with what it leaves out', () => {
    expect(readPatch('{"seq":4}')).toEqual({ seq: 4, at_ms: 0, run: {}, ledger: null, pending: null, tests: [], flows: [], workers: [] });
    expect(readPatch('{"seq":4,"ledger":{"passed":2},"pending":0}')).toMatchObject({ ledger: { passed: 2, failed: 0 }, pending: 0 });
  });
  it('a worker’s state that is not known is not taken for a good one', () => {
    expect(readPatch('{"seq":1,"workers":[{"name":"a/1","state":"dancing"},{"name":"a/2","state":"idle"}]}')?.workers).toEqual([
      { name: 'a/1', state: 'unknown', test: -1, unit: -1, since_ms: 0 }, { name: 'a/2', state: 'idle', test: -1, unit: -1, since_ms: 0 },
    ]);
  });
  it('a change of a test without its number is passed over', () => expect(readPatch('{"seq":1,"tests":[{"outcome":"passed"},{"test":0,"outcome":"failed"}]}')?.tests).toEqual([{ test: 0, outcome: 'failed', duration_ms: 0 }]));
  it.each(['', 'no json', '7', 'null', '{}', '{"seq":"4"}'])('%j is no patch', (data) => expect(readPatch(data)).toBeNull());
});

describe('the next looks of waits', () => {
  it('are those that say which and when', () => expect(readLooks('{"waits":[{"flow":1,"phase":0,"next_look_ms":5},{"flow":2},{}]}')).toEqual([{ flow: 1, phase: 0, next_look_ms: 5 }]));
  it.each(['', '7', 'null', '{}', '{"waits":[]}'])('%j names none', (data) => expect(readLooks(data)).toEqual([]));
});

describe('the line', () => {
  const lines: TestLine[] = [];
  const listener = { snapshot: vi.fn(), patch: vi.fn(), looks: vi.fn(), end: vi.fn(), connection: vi.fn(), refused: vi.fn() } satisfies LiveListener;
  const line = (): TestLine => lines.at(-1) ?? new TestLine();
  let stop: () => void;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
    lines.length = 0;
    stop = followRun('/live', () => {
      const opened = new TestLine();
      lines.push(opened);
      return opened;
    }, listener);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('hands on snapshot, patches and end, and is closed then', () => {
    line().tell('open');
    line().tell('snapshot', { seq: 7 });
    line().tell('patch', { seq: 8 });
    line().tell('patch', 'broken');
    line().tell('looks', { waits: [{ flow: 0, phase: 1, next_look_ms: 9_000 }] });
    line().tell('end');
    expect(listener.looks).toHaveBeenCalledExactlyOnceWith([{ flow: 0, phase: 1, next_look_ms: 9_000 }]);
    expect(listener.connection.mock.calls).toEqual([['connecting'], ['live']]);
    expect(listener.snapshot).toHaveBeenCalledWith(7);
    expect(listener.patch).toHaveBeenCalledTimes(1);
    expect(listener.end).toHaveBeenCalledOnce();
    expect(line().closed).toBe(true);
  });
  it('that breaks is the browser’s to mend', () => {
    line().fail(false);
    expect(listener.connection).toHaveBeenLastCalledWith('broken');
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(listener.refused).not.toHaveBeenCalled();
  });
  it('that is refused is opened anew, after longer and longer pauses', () => {
    for (const pause_ms of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = lines.length;
      line().fail(true);
      vi.advanceTimersByTime(pause_ms - 1);
      expect(lines).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(lines).toHaveLength(before + 1);
    }
    expect(listener.refused).toHaveBeenCalledTimes(6);
    line().tell('open');
    line().fail(true);
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(8);
  });
  it('is not opened again once nobody listens', () => {
    line().fail(true);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(line().closed).toBe(true);
  });
});
