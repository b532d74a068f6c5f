// A run that goes on: the report as it was last read, and the patches the server has sent since. Pure: what a patch changes is decided here,
// who reads them is elsewhere. A word that is not understood is never taken for a good one.
import type { FlowPhaseView, FlowView, LedgerView, ReportView, RunView, SpanView, TestView, WorkerView } from './report';

export type WorkerState = 'starting' | 'idle' | 'running' | 'away' | 'ended' | 'unknown';

export interface LiveWorker {
  /** Such as a/1. */
  name: string;
  state: WorkerState;
  /** Index into the report's tests; -1: none. */
  test: number;
  /** Index into the report's units; -1: none. */
  unit: number;
  /** Since when it is in this state, from the run's start. */
  since_ms: number;
}

export interface TestPatch {
  test: number;
  outcome: string;
  duration_ms: number;
}

/** Of a phase: what changes while a run goes on. */
export interface PhasePatch extends Pick<FlowPhaseView, 'outcome' | 'message' | 'started_ms' | 'duration_ms' | 'deadline_ms'> {
  phase: number;
}

/** When a parked wait looks again at what it waits for, from the run's start. A wait that is told by a push has none. */
export interface WaitLook {
  flow: number;
  phase: number;
  next_look_ms: number;
}

/** A flow with every phase of it that has begun. */
export interface FlowPatch extends Pick<FlowView, 'outcome' | 'reason' | 'active_ms' | 'waited_ms'> {
  flow: number;
  phases: readonly PhasePatch[];
}

export interface Patch {
  seq: number;
  /** Since the run's start. */
  at_ms: number;
  run: Partial<RunView>;
  ledger: LedgerView | null;
  pending: number | null;
  tests: readonly TestPatch[];
  flows: readonly FlowPatch[];
  workers: readonly LiveWorker[];
}

export interface LiveRun {
  report: ReportView;
  seq: number;
  at_ms: number;
  /** Of the planned entries, those that the ledger does not count yet. */
  pending: number;
  /** By name. */
  workers: readonly LiveWorker[];
}

const STATES: readonly string[] = ['starting', 'idle', 'running', 'away', 'ended'] satisfies WorkerState[];

export function isWorkerState(word: string): word is WorkerState {
  return STATES.includes(word);
}

/** Workers the report knows and no patch has spoken of are shown as unknown. */
export function startLive(report: ReportView, seq: number, pending: number): LiveRun {
  const workers = report.workers.map<LiveWorker>(({ name }) => ({ name, state: 'unknown', test: -1, unit: -1, since_ms: 0 }));
  return { report, seq, at_ms: report.run.wall_ms, pending, workers: workers.sort(byName) };
}

export function applyPatch(live: LiveRun, patch: Patch): LiveRun {
  if (patch.seq <= live.seq) return live;  // The server may repeat what was under way when the line broke.
  const { report } = live;
  return {
    seq: patch.seq,
    at_ms: Math.max(live.at_ms, patch.at_ms),
    pending: patch.pending ?? live.pending,
    workers: patch.workers.length === 0 ? live.workers : mergeWorkers(live.workers, patch.workers),
    report: {
      ...report,
      run: { ...report.run, ...patch.run, flows: patch.flows.length === 0 ? report.run.flows : patchFlows(report.run.flows, patch.flows) },
      ledger: patch.ledger ?? report.ledger,
      tests: patch.tests.length === 0 ? report.tests : patchTests(report.tests, patch.tests),
      workers: patch.workers.length === 0 ? report.workers : closeSpans(report.workers, live.workers, patch),
    },
  };
}

/** A newer report takes the place of the old one; `since` are the patches that came while it was read. */
export function rebase(live: LiveRun, report: ReportView, pending: number, since: readonly Patch[]): LiveRun {
  const [first] = since;
  const base = { ...live, report, pending, seq: first === undefined ? live.seq : first.seq - 1 };
  return since.reduce((folded, patch) => applyPatch(folded, { ...patch, tests: patch.tests.filter((one) => isNews(report.tests[one.test], one)) }), base);
}

/** The report may be newer than a patch: a test that has ended there does not go back to running. */
function isNews(test: TestView | undefined, patch: TestPatch): boolean {
  const open = (outcome: string): boolean => outcome === 'pending' || outcome === 'running';
  return test !== undefined && (open(test.outcome) || !open(patch.outcome));
}

function patchTests(tests: readonly TestView[], patches: readonly TestPatch[]): TestView[] {
  const next = [...tests];
  for (const { test: at, outcome, duration_ms } of patches) {
    const test = next[at];
    if (test !== undefined) next[at] = { ...test, outcome, duration_ms };
  }
  return next;
}

/** The report may be newer than a patch: what has ended in it does not begin again. */
function patchFlows(flows: readonly FlowView[], patches: readonly FlowPatch[]): FlowView[] {
  const next = [...flows];
  for (const { flow: at, phases, ...words } of patches) {
    const flow = next[at];
    if (flow === undefined || (flow.outcome !== 'pending' && words.outcome === 'pending')) continue;
    next[at] = { ...flow, ...words, phases: flow.phases.map((phase, number) => patchPhase(phase, phases.find((one) => one.phase === number))) };
  }
  return next;
}

function patchPhase(phase: FlowPhaseView, patch: PhasePatch | undefined): FlowPhaseView {
  if (patch === undefined || (phase.outcome !== '' && patch.outcome === 'open')) return phase;
  const { outcome, message, started_ms, duration_ms, deadline_ms } = patch;
  return { ...phase, outcome, message, started_ms, duration_ms, deadline_ms };
}

function mergeWorkers(before: readonly LiveWorker[], changed: readonly LiveWorker[]): LiveWorker[] {
  const all = new Map(before.map((worker) => [worker.name, worker]));
  for (const worker of changed) all.set(worker.name, worker);
  return [...all.values()].sort(byName);
}

/** What a worker did until now becomes a span of its lane, so that the lanes grow without reading the report again. */
function closeSpans(lanes: readonly WorkerView[], before: readonly LiveWorker[], patch: Patch): WorkerView[] {
  const next = new Map(lanes.map((lane) => [lane.name, lane]));
  for (const worker of patch.workers) {
    const lane = next.get(worker.name) ?? { name: worker.name, spans: [], busy_ms: 0 };
    const old = before.find(({ name }) => name === worker.name);
    const span = old === undefined ? null : spanOf(old, Math.max(old.since_ms, worker.since_ms));
    const known = span === null || (lane.spans.at(-1)?.end_ms ?? 0) > span.start_ms;
    next.set(worker.name, known ? lane : { ...lane, spans: [...lane.spans, span], busy_ms: lane.busy_ms + (span.kind === 'test' ? span.end_ms - span.start_ms : 0) });
  }
  return [...next.values()];
}

const SPAN_KINDS: Partial<Record<WorkerState, string>> = { running: 'test', starting: 'framework_start', away: 'lost' };

/** What a worker has been at since its last change; null for what leaves no mark on a lane. */
export function spanOf(worker: LiveWorker, end_ms: number): SpanView | null {
  const kind = SPAN_KINDS[worker.state];
  if (kind === undefined || end_ms <= worker.since_ms || (kind === 'test' && worker.test < 0)) return null;
  return { kind, start_ms: worker.since_ms, end_ms, test: kind === 'test' ? worker.test : -1, label: '' };
}

function byName(a: LiveWorker, b: LiveWorker): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

/** The report with each lane drawn on to the present instant, not before `from_ms`: what the moving picture of the workers shows. */
export function lanesUntil(live: LiveRun, now_ms: number, from_ms: number): ReportView {
  const lanes = new Map(live.report.workers.map((lane) => [lane.name, lane]));
  const workers = live.workers.map((worker) => {
    const lane = lanes.get(worker.name) ?? { name: worker.name, spans: [], busy_ms: 0 };
    const last_ms = lane.spans.at(-1)?.end_ms ?? 0;
    const open = spanOf({ ...worker, since_ms: Math.max(worker.since_ms, last_ms) }, now_ms);
    const first = lane.spans.findIndex((span) => span.end_ms >= from_ms);
    const recent = first < 0 ? [] : lane.spans.slice(first);
    return { ...lane, spans: open === null ? recent : [...recent, open] };
  });
  return { ...live.report, workers, run: { ...live.report.run, wall_ms: now_ms } };
}
