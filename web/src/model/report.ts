// The document a run's report is made from, as JSON: one interface for each struct of src/report/report_view.h, with the same names
// in the same order, so that this file can be generated from its schema. Rules about these values live in the modules beside it.
// Times: `*_ms` are milliseconds; `*_at_ms` count from the Unix epoch; `start_ms`, `end_ms`, `started_ms` from the start of the run.

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
  size: number;
  sha256: string;
  /** The bytes themselves, within the embedding budget; else empty. */
  data_uri: string;
}

export interface StepView {
  title: string;
  category: string;
  started_ms: number;
  duration_ms: number;
  failed: boolean;
}

export interface AnnotationView {
  type: string;
  description: string;
}

export interface AttemptView {
  /** 1-based over all attempts of this test. */
  number: number;
  worker: string;
  /** passed, failed, timed_out, skipped, interrupted, lost */
  status: string;
  started_ms: number;
  duration_ms: number;
  errors: ErrorView[];
  output: string;
  errput: string;
  app_log: string;
  attachments: AttachmentView[];
  steps: StepView[];
  /** False: recorded but not counted (late result of a lost lease). */
  counted: boolean;
}

export interface TestView {
  id: string;
  spec: string;
  title_path: string[];
  parameters: string;
  line: number;
  tags: string[];
  annotations: AnnotationView[];
  /** A word of the ledger. */
  outcome: string;
  /** Why it is lost, cancelled, never_ran; else empty. */
  reason: string;
  quarantined: boolean;
  duration_ms: number;
  /** Index into ReportView.units. */
  unit: number;
  attempts: AttemptView[];
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

export interface SpanView {
  /** app_start, app_reset, framework_start, test, waiting_lock, idle, lost */
  kind: string;
  start_ms: number;
  end_ms: number;
  /** Index into ReportView.tests for kind test, else -1. */
  test: number;
  label: string;
}

export interface WorkerView {
  name: string;
  spans: SpanView[];
  busy_ms: number;
}

export interface DisagreementView {
  name: string;
  message: string;
  unit: string;
}

export interface RunView {
  run_id: string;
  project: string;
  framework: string;
  policy: string;
  /** passed, failed, timed_out, incomplete, invalid, infrastructure, cancelled */
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
  held_back: string[];
  branch: string;
  commit: string;
  machine: string;
  command: string;
  tamarack_version: string;
}

export interface ReportView {
  version: number;
  run: RunView;
  ledger: LedgerView;
  disagreements: DisagreementView[];
  tests: TestView[];
  units: UnitView[];
  workers: WorkerView[];
}
