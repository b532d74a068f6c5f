// Keeps one run up to date: reads what is known at once, follows the server's patches while it goes on, reads the report again where patches do not
// carry enough (the evidence of a failure, a gap, the end). Patches are gathered, so that a busy run does not redraw the page for each.
import { isAtWork, isOutcome, sectionOf } from '../model/outcome';
import { applyPatch, rebase, startLive, type LiveRun, type Patch, type WaitLook } from '../model/live_run';
import { pendingEntries } from '../model/flows';
import type { RunRow } from '../model/run_row';
import type { Api } from './api';
import { livePath } from './api';
import { followRun, type Connection, type EventLine } from './live_events';
import { asProblem, type ApiProblem } from './problem';

export interface FollowedRun {
  row: RunRow | null;
  live: LiveRun | null;
  problem: ApiProblem | null;
  /** `none`: the run has ended, nothing is followed. */
  connection: Connection | 'none';
  /** Instant of this page's clock at which `live.at_ms` was true. */
  heard_at: number;
  looks: readonly WaitLook[];
}

export const NOT_READ_YET: FollowedRun = { row: null, live: null, problem: null, connection: 'none', heard_at: 0, looks: [] };

const GATHER_MS = 150;
/** A run of 100,000 tests takes a while to sort and draw. */
const GATHER_MS_LARGE = 1_000;
const LARGE_TESTS = 20_000;
/** How soon after a failure its evidence is fetched, and how often at most. */
const EVIDENCE_MS = 2_500;
/** Passed tests are in no hurry: how often their steps and attempts are fetched. */
const REFRESH_MS = 15_000;
/** Reading the report may take no more than this part of the time. */
const READING_SHARE = 0.1;
const SNAPSHOT_MS_MAX = 4_000;

type Waiting = 'flush' | 'evidence' | 'refresh' | 'snapshot';

export function followOneRun(api: Api, run: string, open: (address: string) => EventLine, tell: (state: FollowedRun) => void): () => void {
  const stop = new AbortController();
  let state = NOT_READ_YET;
  let queue: Patch[] = [];
  let since: Patch[] | null = null;  // Patches that came while the report is being read; null: it is not.
  let again = false;
  let seq = 0;
  let read_ms = 0;
  let close = (): void => undefined;
  const timers = new Map<Waiting, ReturnType<typeof setTimeout>>();

  const show = (change: Partial<FollowedRun>): void => {
    if (stop.signal.aborted) return;
    state = { ...state, ...change };
    tell(state);
  };
  const later = (name: Waiting, ms: number, act: () => void): void => {
    if (timers.has(name)) return;
    timers.set(name, setTimeout(() => {
      timers.delete(name);
      act();
    }, ms));
  };
  const clear = (name: Waiting): void => {
    clearTimeout(timers.get(name));
    timers.delete(name);
  };
  const flush = (): void => {
    if (state.live === null) return;
    const live = queue.reduce(applyPatch, state.live);
    queue = [];
    if (live !== state.live) show({ live, heard_at: Date.now() });
  };
  const read = async (): Promise<void> => {
    if (since !== null) {
      again = true;
      return;
    }
    since = [];
    const began = Date.now();
    try {
      const report = await api.report(run, stop.signal);
      flush();
      const pending = pendingEntries(report);
      const before = state.live ?? startLive(report, seq, pending);
      // A report that is read again tells no time: it lasts until its last entry, which may be long ago.
      const heard_at = state.live === null ? Date.now() : state.heard_at;
      show({ live: rebase({ ...before, seq: Math.max(before.seq, seq) }, report, pending, since), problem: null, heard_at });
    } catch (fault) {
      if (!stop.signal.aborted) show({ problem: asProblem(fault) });
    } finally {
      since = null;
      read_ms = Date.now() - began;
    }
    if (!again) return;
    again = false;
    await read();
  };
  const patch = (one: Patch): void => {
    queue.push(one);
    since?.push(one);
    const large = (state.live?.report.tests.length ?? 0) > LARGE_TESTS;
    later('flush', large ? GATHER_MS_LARGE : GATHER_MS, flush);
    const telling = [...one.tests, ...one.flows].some(({ outcome }) => !isOutcome(outcome) || sectionOf(outcome) === 'attention' || outcome === 'flaky');
    if (telling) later('evidence', Math.max(EVIDENCE_MS, read_ms / READING_SHARE), () => void read());
    else if (one.tests.length > 0) later('refresh', Math.max(REFRESH_MS, read_ms / READING_SHARE), () => void read());
  };
  const end = async (): Promise<void> => {
    clear('flush');
    clear('evidence');
    clear('refresh');
    show({ connection: 'none' });
    queue = [];
    try {
      show({ row: await api.run(run, stop.signal) });
    } catch (fault) {
      if (!stop.signal.aborted) show({ problem: asProblem(fault) });
    }
    await read();
  };
  // Where the line is refused (a proxy that knows no event streams, a server that is starting), each try asks instead; a session that is over
  // shows itself by the answer.
  const askInstead = async (): Promise<void> => {
    try {
      const row = await api.run(run, stop.signal);
      show({ row });
      if (isAtWork(row.verdict)) await read();
      else {
        close();
        await end();
      }
    } catch {
      // The next try asks again.
    }
  };
  const begin = async (): Promise<void> => {
    try {
      const row = await api.run(run, stop.signal);
      show({ row });
      if (!isAtWork(row.verdict)) {
        await read();
        return;
      }
    } catch (fault) {
      if (!stop.signal.aborted) show({ problem: asProblem(fault) });
      return;
    }
    later('snapshot', SNAPSHOT_MS_MAX, () => void read());
    close = followRun(livePath(run), open, {
      snapshot: (at) => {
        clear('snapshot');
        flush();
        seq = at;
        void read();
      },
      patch,
      looks: (looks) => show({ looks }),
      end: () => void end(),
      connection: (connection) => show({ connection }),
      refused: () => void askInstead(),
    });
  };
  void begin();
  return () => {
    stop.abort();
    close();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
