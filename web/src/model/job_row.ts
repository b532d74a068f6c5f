// A job as the server tells it: long work of a backend, executed by an agent's processor or reported by the application.
import type { Written } from './report';

export interface JobStep {
  seq: number;
  /** ISO 8601. */
  at: string;
  status: string;
  stage: string;
  progress: number | null;
}

export interface JobRow {
  job_id: string;
  project: string;
  kind: string;
  status: string;
  /** Free text, such as DATA_FETCHING. */
  stage: string;
  /** Percent; null: nobody said. */
  progress: number | null;
  processor: string;
  executor: string;
  /** The executor's own words. */
  error: string;
  /** The server's, where it decided. */
  reason: string;
  owner: string;
  cancel_asked: boolean;
  submitted_at: string;
  updated_at: string;
  /** Empty while it goes on. */
  ended_at: string;
  /** Empty: there is none. */
  result_url: string;
  log_url: string;
  /** JSON, or undefined. */
  result: unknown;
  /** What it was given, as JSON; null: nothing. */
  input: unknown;
  history: JobStep[];
}

export interface WrittenJob extends Omit<Written<JobRow>, 'history' | 'result' | 'input'> {
  result?: unknown;
  input?: unknown;
  history?: Written<JobStep>[];
}

export function readJobRow(from: WrittenJob): JobRow {
  return {
    job_id: from.job_id ?? '', project: from.project ?? '', kind: from.kind ?? '', status: from.status ?? '', stage: from.stage ?? '', progress: from.progress ?? null,
    processor: from.processor ?? '', executor: from.executor ?? '', error: from.error ?? '', reason: from.reason ?? '', owner: from.owner ?? '', cancel_asked: from.cancel_asked ?? false,
    submitted_at: from.submitted_at ?? '', updated_at: from.updated_at ?? '', ended_at: from.ended_at ?? '', result_url: from.result_url ?? '', log_url: from.log_url ?? '', result: from.result, input: from.input ?? null,
    history: (from.history ?? []).map((step) => ({ seq: step.seq ?? 0, at: step.at ?? '', status: step.status ?? '', stage: step.stage ?? '', progress: step.progress ?? null })),
  };
}

const LABELS: Record<string, string> = {
  PENDING: 'pending', QUEUED: 'queued', INITIALIZING: 'starting', RUNNING: 'running', COMPLETED: 'completed', FAILED: 'failed', CANCELLED: 'cancelled', LOST: 'lost',
};

/** An unknown status comes from a newer server and is shown as it is. */
export function jobStatusLabel(status: string): string {
  return LABELS[status] ?? status;
}

export function isJobOver(job: JobRow): boolean {
  return ['COMPLETED', 'FAILED', 'CANCELLED', 'LOST'].includes(job.status);
}

/** The newest that was said of it: why it ended badly, else where it stands. */
export function jobWords(job: JobRow): string {
  return job.error !== '' ? job.error : isJobOver(job) && job.reason !== '' ? job.reason : job.stage;
}

/** Whose colours it is shown in: those of the ledger. */
export function jobInk(status: string): string {
  if (status === 'COMPLETED') return 'passed';
  if (status === 'FAILED') return 'failed';
  if (status === 'LOST') return 'lost';
  if (status === 'CANCELLED') return 'cancelled';
  return status === 'RUNNING' || status === 'INITIALIZING' ? 'running' : 'pending';
}
