// Follows a run as the server tells it: server-sent events become model values. The browser itself takes up a broken line with Last-Event-ID;
// where the server refuses, the line is opened anew after a pause that grows.
import { isWorkerState, type FlowPatch, type LiveWorker, type Patch, type PhasePatch, type TestPatch, type WaitLook } from '../model/live_run';
import { readLedgerView, type LedgerView, type RunView, type Written } from '../model/report';

export type Connection = 'connecting' | 'live' | 'broken';

export interface LiveListener {
  /** The report is to be read now; patches after `seq` build on it. */
  snapshot: (seq: number) => void;
  patch: (patch: Patch) => void;
  /** All that are known; waits that are not among them are looked at by nobody, or it is not known when. */
  looks: (looks: readonly WaitLook[]) => void;
  end: () => void;
  connection: (state: Connection) => void;
  /** The server refused: whether the session is over is asked by other means. */
  refused: () => void;
}

/** The part of EventSource that is used here. */
export interface EventLine {
  readyState: number;
  addEventListener: (name: string, listen: (event: MessageEvent<string>) => void) => void;
  close: () => void;
}

const CLOSED = 2;
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 15_000;

/** Opens the line and keeps it until the run ends or the returned function is called. */
export function followRun(address: string, open: (address: string) => EventLine, listener: LiveListener): () => void {
  let line: EventLine | null = null;
  let pause_ms = PAUSE_MS_MIN;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    listener.connection('connecting');
    const own = open(address);
    line = own;
    own.addEventListener('open', () => {
      pause_ms = PAUSE_MS_MIN;
      listener.connection('live');
    });
    own.addEventListener('snapshot', (event) => listener.snapshot(readSeq(event.data)));
    own.addEventListener('patch', (event) => {
      const patch = readPatch(event.data);
      if (patch !== null) listener.patch(patch);
    });
    own.addEventListener('looks', (event) => listener.looks(readLooks(event.data)));
    own.addEventListener('end', () => {
      own.close();
      listener.end();
    });
    own.addEventListener('error', () => {
      listener.connection('broken');
      if (own.readyState !== CLOSED) return;  // The browser is at it already.
      own.close();
      listener.refused();
      timer = setTimeout(connect, pause_ms);
      pause_ms = Math.min(PAUSE_MS_MAX, pause_ms * 2);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    line?.close();
  };
}

function readSeq(data: string): number {
  const value = parse(data) as { seq?: number } | null;
  return value?.seq ?? 0;
}

interface WrittenPatch {
  seq?: number;
  at_ms?: number;
  run?: Partial<RunView>;
  ledger?: Written<LedgerView>;
  pending?: number;
  tests?: { test?: number; outcome?: string; duration_ms?: number }[];
  flows?: (Written<Omit<FlowPatch, 'phases'>> & { phases?: Written<PhasePatch>[] })[];
  workers?: { name?: string; state?: string; test?: number; unit?: number; since_ms?: number }[];
}

/** Null for what is no patch; members it does not know are passed over. */
export function readPatch(data: string): Patch | null {
  const from = parse(data) as WrittenPatch | null;
  if (from === null || typeof from.seq !== 'number') return null;
  const tests: TestPatch[] = (from.tests ?? []).flatMap(({ test, outcome = '', duration_ms = 0 }) => test === undefined ? [] : [{ test, outcome, duration_ms }]);
  const flows: FlowPatch[] = (from.flows ?? []).flatMap(({ flow, outcome = '', reason = '', active_ms = 0, waited_ms = 0, phases = [] }) => flow === undefined ? [] : [{
    flow, outcome, reason, active_ms, waited_ms,
    phases: phases.flatMap(({ phase, outcome: ended = '', message = '', started_ms = 0, duration_ms = 0, deadline_ms = 0 }) => phase === undefined ? [] : [{ phase, outcome: ended, message, started_ms, duration_ms, deadline_ms }]),
  }]);
  const workers: LiveWorker[] = (from.workers ?? []).map(({ name = '', state = '', test = -1, unit = -1, since_ms = 0 }) => ({
    name, state: isWorkerState(state) ? state : 'unknown', test, unit, since_ms,
  }));
  return {
    seq: from.seq, at_ms: from.at_ms ?? 0, run: from.run ?? {}, ledger: from.ledger === undefined ? null : readLedgerView(from.ledger), pending: from.pending ?? null, tests, flows, workers,
  };
}

export function readLooks(data: string): WaitLook[] {
  const from = parse(data) as { waits?: Partial<WaitLook>[] } | null;
  return (from?.waits ?? []).flatMap(({ flow, phase, next_look_ms }) => flow === undefined || phase === undefined || next_look_ms === undefined ? [] : [{ flow, phase, next_look_ms }]);
}

function parse(data: string): unknown {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
