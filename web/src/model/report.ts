// Made by `npm run types` from report.schema.json, which the writer of the report makes from its own structs; not to be edited by hand.
// Times: `*_ms` are milliseconds; `*_at_ms` count from the Unix epoch; `start_ms`, `end_ms` and `started_ms` from the
// start of the run. A field that is left out holds its default.

export interface ReportView {
  version: number;
  run: RunView;
  ledger: LedgerView;
  disagreements: DisagreementView[];
  tests: TestView[];
  units: UnitView[];
  workers: WorkerView[];
}

export interface RunView {
  run_id: string;
  project: string;
  framework: string;
  policy: string;
  /** passed, failed, timed_out, incomplete, invalid, infrastructure or cancelled; of a run without an end running or interrupted. */
  verdict: string;
  headline: string;
  exit_code: number;
  seed: string;
  started_at_ms: number;
  wall_ms: number;
  lower_bound_ms: number;
  busy_ms: number;
  workers: number;
  planned: number;
  attempts: number;
  /** Sentences: what made the run longer than its lower bound. */
  held_back: string[];
  branch: string;
  commit: string;
  machine: string;
  command: string;
  tamarack_version: string;
  /** Each is one entry of the ledger; its tests are none. */
  flows: FlowView[];
}

export interface LedgerView {
  passed: number;
  failed: number;
  flaky: number;
  skipped: number;
  timed_out: number;
  lost: number;
  cancelled: number;
  never_ran: number;
}

export interface DisagreementView {
  name: string;
  /** One sentence a person understands. */
  message: string;
  /** Title of the unit it concerns; may be empty. */
  unit: string;
}

export interface TestView {
  id: string;
  spec: string;
  title_path: string[];
  /** Playwright project, pytest parameters; often empty. */
  parameters: string;
  line: number;
  tags: string[];
  annotations: AnnotationView[];
  /** A word of the ledger. */
  outcome: string;
  /** Why it is lost, cancelled, skipped or never ran; else empty. */
  reason: string;
  /** The earlier run in which the outcome stands: the test did not run in this one; empty: it did. */
  carried_from: string;
  quarantined: boolean;
  /** Of the counted attempt. */
  duration_ms: number;
  /** Index into the report's units. */
  unit: number;
  /** Index into the run's flows; -1: the test is an entry of the ledger itself. Those of flows count for nothing there. */
  flow: number;
  attempts: AttemptView[];
}

export interface AnnotationView {
  type: string;
  description: string;
}

export interface AttemptView {
  /** 1-based over all attempts of this test. */
  number: number;
  /** Such as local/1. */
  worker: string;
  /** passed, failed, timed_out, skipped, interrupted or lost. */
  status: string;
  started_ms: number;
  duration_ms: number;
  errors: ErrorView[];
  output: string;
  errput: string;
  /** The application's log during this attempt, cut; only for attempts that did not pass. */
  app_log: string;
  attachments: AttachmentView[];
  steps: StepView[];
  /** False: recorded but not counted, such as the late result of a lost lease. */
  counted: boolean;
}

export interface ErrorView {
  message: string;
  stack: string;
  /** Relative to the suite's root where possible; empty if unknown. */
  file: string;
  /** 1-based, 0 if unknown. */
  line: number;
  column: number;
  snippet: string;
}

export interface AttachmentView {
  name: string;
  content_type: string;
  /** Relative to the report's folder; empty when the bytes are only inside `data_uri`. */
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  /** The bytes themselves, for screenshots and traces of failed tests within the embedding budget; else empty. */
  data_uri: string;
}

export interface StepView {
  title: string;
  category: string;
  started_ms: number;
  duration_ms: number;
  failed: boolean;
}

export interface UnitView {
  index: number;
  title: string;
  spec: string;
  tests: number;
  estimate_ms: number;
  duration_ms: number;
  worker: string;
}

export interface WorkerView {
  name: string;
  spans: SpanView[];
  busy_ms: number;
}

export interface SpanView {
  /** app_start, app_reset, framework_start, test, waiting_lock, idle or lost. */
  kind: string;
  start_ms: number;
  end_ms: number;
  /** Index into the report's tests for kind test, else -1. */
  test: number;
  label: string;
}

export interface FlowView {
  name: string;
  /** The [[flow]] of the configuration it was made from. */
  rule: string;
  /** A word of the ledger. */
  outcome: string;
  /** What ended it; empty: it passed. */
  reason: string;
  carried_from: string;
  /** It is bad, and only because of tests in quarantine. */
  quarantined: boolean;
  /** Sum of the last counted executions of its tests. */
  active_ms: number;
  /** Sum over its waits: time in which it held no worker. */
  waited_ms: number;
  phases: FlowPhaseView[];
}

export interface FlowPhaseView {
  name: string;
  /** It waits for a backend; else it runs tests. */
  wait: boolean;
  /** Of a wait: what it looks at, such as http, redis or signal; several with commas between; empty: not known. */
  source: string;
  /** satisfied, skipped, failed, timed_out, lost, cancelled, never_ran or invalid; open while it goes on; empty: it never began. */
  outcome: string;
  message: string;
  /** Of a wait: the last answer. */
  excerpt: string;
  started_ms: number;
  /** From its beginning to its end. */
  duration_ms: number;
  /** Of a wait: when its time is over, its own timeout or the flow's limit, counted from the run's start; 0: none is known. */
  deadline_ms: number;
  /** Indexes into the report's tests. */
  tests: number[];
}

/** A value as it is written: what holds its default may be left out. */
export type Written<T> = T extends (infer One)[] ? Written<One>[] : T extends object ? { [Name in keyof T]?: Written<T[Name]> } : T;

// One list for all that are empty: a report of 100,000 tests has half a million of them.
const NONE: never[] = [];
Object.freeze(NONE);

function readAll<From, To>(list: From[] | undefined, read: (from: From) => To): To[] {
  return list === undefined || list.length === 0 ? NONE : list.map(read);
}

export function readReportView(from: Written<ReportView>): ReportView {
  return {
    version: from.version ?? 0,
    run: readRunView(from.run ?? {}),
    ledger: readLedgerView(from.ledger ?? {}),
    disagreements: readAll(from.disagreements, readDisagreementView),
    tests: readAll(from.tests, readTestView),
    units: readAll(from.units, readUnitView),
    workers: readAll(from.workers, readWorkerView),
  };
}

export function readRunView(from: Written<RunView>): RunView {
  return {
    run_id: from.run_id ?? '',
    project: from.project ?? '',
    framework: from.framework ?? '',
    policy: from.policy ?? '',
    verdict: from.verdict ?? '',
    headline: from.headline ?? '',
    exit_code: from.exit_code ?? 0,
    seed: from.seed ?? '',
    started_at_ms: from.started_at_ms ?? 0,
    wall_ms: from.wall_ms ?? 0,
    lower_bound_ms: from.lower_bound_ms ?? 0,
    busy_ms: from.busy_ms ?? 0,
    workers: from.workers ?? 0,
    planned: from.planned ?? 0,
    attempts: from.attempts ?? 0,
    held_back: from.held_back ?? NONE,
    branch: from.branch ?? '',
    commit: from.commit ?? '',
    machine: from.machine ?? '',
    command: from.command ?? '',
    tamarack_version: from.tamarack_version ?? '',
    flows: readAll(from.flows, readFlowView),
  };
}

export function readLedgerView(from: Written<LedgerView>): LedgerView {
  return {
    passed: from.passed ?? 0,
    failed: from.failed ?? 0,
    flaky: from.flaky ?? 0,
    skipped: from.skipped ?? 0,
    timed_out: from.timed_out ?? 0,
    lost: from.lost ?? 0,
    cancelled: from.cancelled ?? 0,
    never_ran: from.never_ran ?? 0,
  };
}

export function readDisagreementView(from: Written<DisagreementView>): DisagreementView {
  return {
    name: from.name ?? '',
    message: from.message ?? '',
    unit: from.unit ?? '',
  };
}

export function readTestView(from: Written<TestView>): TestView {
  return {
    id: from.id ?? '',
    spec: from.spec ?? '',
    title_path: from.title_path ?? NONE,
    parameters: from.parameters ?? '',
    line: from.line ?? 0,
    tags: from.tags ?? NONE,
    annotations: readAll(from.annotations, readAnnotationView),
    outcome: from.outcome ?? '',
    reason: from.reason ?? '',
    carried_from: from.carried_from ?? '',
    quarantined: from.quarantined ?? false,
    duration_ms: from.duration_ms ?? 0,
    unit: from.unit ?? 0,
    flow: from.flow ?? -1,
    attempts: readAll(from.attempts, readAttemptView),
  };
}

export function readAnnotationView(from: Written<AnnotationView>): AnnotationView {
  return {
    type: from.type ?? '',
    description: from.description ?? '',
  };
}

export function readAttemptView(from: Written<AttemptView>): AttemptView {
  return {
    number: from.number ?? 0,
    worker: from.worker ?? '',
    status: from.status ?? '',
    started_ms: from.started_ms ?? 0,
    duration_ms: from.duration_ms ?? 0,
    errors: readAll(from.errors, readErrorView),
    output: from.output ?? '',
    errput: from.errput ?? '',
    app_log: from.app_log ?? '',
    attachments: readAll(from.attachments, readAttachmentView),
    steps: readAll(from.steps, readStepView),
    counted: from.counted ?? true,
  };
}

export function readErrorView(from: Written<ErrorView>): ErrorView {
  return {
    message: from.message ?? '',
    stack: from.stack ?? '',
    file: from.file ?? '',
    line: from.line ?? 0,
    column: from.column ?? 0,
    snippet: from.snippet ?? '',
  };
}

export function readAttachmentView(from: Written<AttachmentView>): AttachmentView {
  return {
    name: from.name ?? '',
    content_type: from.content_type ?? '',
    path: from.path ?? '',
    size: from.size ?? 0,
    sha256: from.sha256 ?? '',
    data_uri: from.data_uri ?? '',
  };
}

export function readStepView(from: Written<StepView>): StepView {
  return {
    title: from.title ?? '',
    category: from.category ?? '',
    started_ms: from.started_ms ?? 0,
    duration_ms: from.duration_ms ?? 0,
    failed: from.failed ?? false,
  };
}

export function readUnitView(from: Written<UnitView>): UnitView {
  return {
    index: from.index ?? 0,
    title: from.title ?? '',
    spec: from.spec ?? '',
    tests: from.tests ?? 0,
    estimate_ms: from.estimate_ms ?? 0,
    duration_ms: from.duration_ms ?? 0,
    worker: from.worker ?? '',
  };
}

export function readWorkerView(from: Written<WorkerView>): WorkerView {
  return {
    name: from.name ?? '',
    spans: readAll(from.spans, readSpanView),
    busy_ms: from.busy_ms ?? 0,
  };
}

export function readSpanView(from: Written<SpanView>): SpanView {
  return {
    kind: from.kind ?? '',
    start_ms: from.start_ms ?? 0,
    end_ms: from.end_ms ?? 0,
    test: from.test ?? -1,
    label: from.label ?? '',
  };
}

export function readFlowView(from: Written<FlowView>): FlowView {
  return {
    name: from.name ?? '',
    rule: from.rule ?? '',
    outcome: from.outcome ?? '',
    reason: from.reason ?? '',
    carried_from: from.carried_from ?? '',
    quarantined: from.quarantined ?? false,
    active_ms: from.active_ms ?? 0,
    waited_ms: from.waited_ms ?? 0,
    phases: readAll(from.phases, readFlowPhaseView),
  };
}

export function readFlowPhaseView(from: Written<FlowPhaseView>): FlowPhaseView {
  return {
    name: from.name ?? '',
    wait: from.wait ?? false,
    source: from.source ?? '',
    outcome: from.outcome ?? '',
    message: from.message ?? '',
    excerpt: from.excerpt ?? '',
    started_ms: from.started_ms ?? 0,
    duration_ms: from.duration_ms ?? 0,
    deadline_ms: from.deadline_ms ?? 0,
    tests: from.tests ?? NONE,
  };
}
